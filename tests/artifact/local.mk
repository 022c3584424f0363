# What a preview opens to, on a database of its own.
if HAVE_CMOCKA
check_PROGRAMS += tests/artifact/test_preview
TESTS += tests/artifact/room.sh
tests_artifact_test_preview_SOURCES = %D%/test_preview.c tests/web/asked.h
tests_artifact_test_preview_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_artifact_test_preview_LDADD = libartifact.a libverify.a librun.a libintake.a libspec.a libdecide.a \
	libplan.a libevent.a libidentity.a libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS) -lm
tests_artifact_test_preview_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fcgi_param,--wrap=fcgi_read
endif
EXTRA_DIST += tests/artifact/room.sh
