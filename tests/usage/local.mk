# The ledger's tree; reservations, on a database of their own.
if HAVE_CMOCKA
check_PROGRAMS += tests/usage/test_merkle
TESTS += tests/usage/test_merkle
tests_usage_test_merkle_SOURCES = %D%/test_merkle.c
tests_usage_test_merkle_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_usage_test_merkle_LDADD = libusage.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
check_PROGRAMS += tests/usage/test_reserve
TESTS += tests/usage/room.sh
tests_usage_test_reserve_SOURCES = %D%/test_reserve.c tests/web/asked.h
tests_usage_test_reserve_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_usage_test_reserve_LDADD = libusage.a libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_usage_test_reserve_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fcgi_param,--wrap=fcgi_read
endif
check_PROGRAMS += tests/fuzz/fuzz_proof
TESTS += tests/usage/replay.test
tests_fuzz_fuzz_proof_SOURCES = tests/fuzz/fuzz_proof.c $(FUZZ_MAIN)
tests_fuzz_fuzz_proof_LDADD = libusage.a libwork.a libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_proof_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
EXTRA_DIST += tests/usage/room.sh tests/usage/replay.test tests/fuzz/corpus/proof
