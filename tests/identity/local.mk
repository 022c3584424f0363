# What people type: codes and scopes.
if HAVE_CMOCKA
check_PROGRAMS += tests/identity/test_shapes
TESTS += tests/identity/test_shapes
tests_identity_test_shapes_SOURCES = %D%/test_shapes.c
tests_identity_test_shapes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_identity_test_shapes_LDADD = libidentity.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
endif
# The room's doors, on a database of its own.
if HAVE_CMOCKA
check_PROGRAMS += tests/identity/test_identity
TESTS += tests/identity/room.sh
tests_identity_test_identity_SOURCES = %D%/test_identity.c tests/web/asked.h
tests_identity_test_identity_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_identity_test_identity_LDADD = libidentity.a libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_identity_test_identity_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fcgi_param,--wrap=fcgi_read,--wrap=pg_exec,--wrap=crypto_stretch
endif
EXTRA_DIST += tests/identity/room.sh
