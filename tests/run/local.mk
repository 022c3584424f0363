# The life of a run, on a database of its own.
if HAVE_CMOCKA
check_PROGRAMS += tests/run/test_run tests/run/test_pay tests/run/test_lease
TESTS += tests/run/room.sh
RUN_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
RUN_TEST_LIBS = librun.a libintake.a libspec.a libdecide.a libplan.a libevent.a libidentity.a \
	libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS) -lm
RUN_TEST_LINK = $(AM_LDFLAGS) -Wl,--wrap=pg_exec
tests_run_test_run_SOURCES = %D%/test_run.c %D%/room.h
tests_run_test_run_CPPFLAGS = $(RUN_TEST_CPPFLAGS)
tests_run_test_run_LDADD = $(RUN_TEST_LIBS)
tests_run_test_run_LDFLAGS = $(RUN_TEST_LINK)
tests_run_test_pay_SOURCES = %D%/test_pay.c %D%/room.h
tests_run_test_pay_CPPFLAGS = $(RUN_TEST_CPPFLAGS)
tests_run_test_pay_LDADD = $(RUN_TEST_LIBS)
tests_run_test_pay_LDFLAGS = $(RUN_TEST_LINK)
tests_run_test_lease_SOURCES = %D%/test_lease.c %D%/room.h
tests_run_test_lease_CPPFLAGS = $(RUN_TEST_CPPFLAGS)
tests_run_test_lease_LDADD = $(RUN_TEST_LIBS)
tests_run_test_lease_LDFLAGS = $(RUN_TEST_LINK)
endif
EXTRA_DIST += tests/run/room.sh tests/lib/database.sh
