WORKER_LIBS = libworker.a libspec.a libport.a libbase.a $(LIBS_PORT)

check_PROGRAMS += tests/worker/make_spec
tests_worker_make_spec_SOURCES = tests/worker/make_spec.c
tests_worker_make_spec_LDADD = $(WORKER_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_go
tests_fuzz_fuzz_go_SOURCES = tests/fuzz/fuzz_go.c $(FUZZ_MAIN)
tests_fuzz_fuzz_go_LDADD = $(WORKER_LIBS)
tests_fuzz_fuzz_go_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
TESTS += tests/worker/replay.test
EXTRA_DIST += tests/worker/replay.test

# The real thing: every kind of tool built by the Go toolchain, used from the
# command line and in a browser.
TESTS += tests/worker/build.test
CLEANDIRS += tests/worker/build.tmp tests/worker/cache-a tests/worker/cache-b
EXTRA_DIST += tests/worker/build.test tests/worker/browser.mjs tests/worker/chromium.mjs \
	tests/worker/driver tests/worker/specs

if HAVE_CMOCKA
check_PROGRAMS += tests/worker/test_go
TESTS += tests/worker/test_go
tests_worker_test_go_SOURCES = tests/worker/test_go.c
tests_worker_test_go_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_worker_test_go_LDADD = $(WORKER_LIBS) $(CMOCKA_LIBS) -lm
endif
