# The ledger's tree.
if HAVE_CMOCKA
check_PROGRAMS += tests/usage/test_merkle
TESTS += tests/usage/test_merkle
tests_usage_test_merkle_SOURCES = %D%/test_merkle.c
tests_usage_test_merkle_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_usage_test_merkle_LDADD = libusage.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
endif
