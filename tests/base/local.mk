# The foundation, with no input or output.
if HAVE_CMOCKA
BASE_TESTS = tests/base/test_base tests/base/test_text
check_PROGRAMS += $(BASE_TESTS)
TESTS += $(BASE_TESTS)
tests_base_test_base_SOURCES = %D%/test_base.c
tests_base_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_base_test_base_LDADD = libbase.a $(CMOCKA_LIBS)
tests_base_test_text_SOURCES = %D%/test_text.c
tests_base_test_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_base_test_text_LDADD = libbase.a $(CMOCKA_LIBS)
endif
