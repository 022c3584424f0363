# The life of a run, on a database of its own.
if HAVE_CMOCKA
check_PROGRAMS += tests/run/test_run
TESTS += tests/run/room.sh
tests_run_test_run_SOURCES = %D%/test_run.c
tests_run_test_run_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_run_test_run_LDADD = librun.a libintake.a libspec.a libdecide.a libplan.a libevent.a \
	libidentity.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS) -lm
tests_run_test_run_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pg_exec
endif
EXTRA_DIST += tests/run/room.sh tests/lib/database.sh
