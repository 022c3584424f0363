# The cellar: the doors to foreign libraries, to files and to the sandbox.
if HAVE_CMOCKA
PORT_TESTS = tests/port/test_json tests/port/test_crypto tests/port/test_jwt tests/port/test_mail tests/port/test_otp \
	tests/port/test_sandbox tests/port/test_file tests/port/test_key_set tests/port/test_calls
check_PROGRAMS += $(PORT_TESTS) tests/port/test_pg
TESTS += $(PORT_TESTS) tests/port/pg.sh
tests_port_test_pg_SOURCES = %D%/test_pg.c
tests_port_test_pg_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_pg_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_json_SOURCES = %D%/test_json.c
tests_port_test_json_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_json_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_crypto_SOURCES = %D%/test_crypto.c
tests_port_test_crypto_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_crypto_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_calls_SOURCES = %D%/test_calls.c
tests_port_test_calls_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_calls_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_key_set_SOURCES = %D%/test_key_set.c
tests_port_test_key_set_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_key_set_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_jwt_SOURCES = %D%/test_jwt.c
tests_port_test_jwt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_jwt_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_file_SOURCES = %D%/test_file.c
tests_port_test_file_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_file_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_file_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read,--wrap=write,--wrap=fstat,--wrap=lstat \
	-Wl,--wrap=fchmod,--wrap=fchmodat,--wrap=fsync,--wrap=openat,--wrap=unlinkat \
	-Wl,--wrap=fdopendir,--wrap=renameat
tests_port_test_mail_SOURCES = %D%/test_mail.c
tests_port_test_mail_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_mail_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_otp_SOURCES = %D%/test_otp.c
tests_port_test_otp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_otp_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_sandbox_SOURCES = %D%/test_sandbox.c
tests_port_test_sandbox_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_sandbox_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_json tests/fuzz/fuzz_text tests/fuzz/fuzz_query tests/fuzz/fuzz_address
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(FUZZ_MAIN)
tests_fuzz_fuzz_json_LDADD = libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(FUZZ_MAIN)
tests_fuzz_fuzz_text_LDADD = libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_text_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c $(FUZZ_MAIN)
tests_fuzz_fuzz_query_LDADD = libweb.a libwork.a libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_query_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_address_SOURCES = tests/fuzz/fuzz_address.c $(FUZZ_MAIN)
tests_fuzz_fuzz_address_LDADD = libidentity.a libwork.a libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_address_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
TESTS += tests/port/replay.test
EXTRA_DIST += tests/port/pg.sh tests/port/replay.test tests/fuzz/corpus/json tests/fuzz/corpus/text \
	tests/fuzz/corpus/query tests/fuzz/corpus/address
