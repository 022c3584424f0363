INTAKE_LIBS = libintake.a $(SPEC_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_intake
tests_fuzz_fuzz_intake_SOURCES = tests/fuzz/fuzz_intake.c $(FUZZ_MAIN)
tests_fuzz_fuzz_intake_LDADD = $(INTAKE_LIBS)
tests_fuzz_fuzz_intake_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
TESTS += tests/intake/replay.test
EXTRA_DIST += tests/intake/replay.test tests/intake/conversations.txt tests/intake/examples.txt \
	tests/fuzz/corpus/intake

if HAVE_CMOCKA
check_PROGRAMS += tests/intake/test_intake tests/intake/test_known
TESTS += tests/intake/test_intake tests/intake/test_known
tests_intake_test_intake_SOURCES = tests/intake/test_intake.c tests/intake/talk.c \
	tests/intake/talk.h
tests_intake_test_intake_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_intake_test_intake_LDADD = $(INTAKE_LIBS) $(CMOCKA_LIBS)
tests_intake_test_known_SOURCES = tests/intake/test_known.c tests/intake/talk.c \
	tests/intake/talk.h tests/spec/eval.c tests/spec/eval.h
tests_intake_test_known_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_intake_test_known_LDADD = $(INTAKE_LIBS) $(CMOCKA_LIBS) -lm
endif
