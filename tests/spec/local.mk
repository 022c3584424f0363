SPEC_LIBS = libspec.a libport.a libbase.a $(LIBS_PORT)

if LIBFUZZER
FUZZ_MAIN =
FUZZ_LINK = -fsanitize=fuzzer
else
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_LINK =
endif

check_PROGRAMS += tests/fuzz/fuzz_spec tests/fuzz/fuzz_expr
tests_fuzz_fuzz_spec_SOURCES = tests/fuzz/fuzz_spec.c $(FUZZ_MAIN)
tests_fuzz_fuzz_spec_LDADD = $(SPEC_LIBS)
tests_fuzz_fuzz_spec_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_expr_SOURCES = tests/fuzz/fuzz_expr.c $(FUZZ_MAIN)
tests_fuzz_fuzz_expr_LDADD = $(SPEC_LIBS)
tests_fuzz_fuzz_expr_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
TESTS += tests/spec/replay.test
EXTRA_DIST += template/SPEC.md tests/spec/replay.test tests/fuzz/replay.c \
	tests/fuzz/corpus/spec tests/fuzz/corpus/expr

if HAVE_CMOCKA
check_PROGRAMS += tests/spec/test_spec tests/spec/test_expr
TESTS += tests/spec/test_spec tests/spec/test_expr
tests_spec_test_spec_SOURCES = tests/spec/test_spec.c
tests_spec_test_spec_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_spec_test_spec_LDADD = $(SPEC_LIBS) $(CMOCKA_LIBS)
tests_spec_test_expr_SOURCES = tests/spec/test_expr.c tests/spec/eval.c tests/spec/eval.h
tests_spec_test_expr_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_spec_test_expr_LDADD = $(SPEC_LIBS) $(CMOCKA_LIBS) -lm
endif
