# The cellar: the doors to foreign libraries, to files and to the sandbox.
if HAVE_CMOCKA
PORT_TESTS = tests/port/test_json tests/port/test_crypto tests/port/test_sandbox
check_PROGRAMS += $(PORT_TESTS)
TESTS += $(PORT_TESTS)
tests_port_test_json_SOURCES = %D%/test_json.c
tests_port_test_json_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_json_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_crypto_SOURCES = %D%/test_crypto.c
tests_port_test_crypto_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_crypto_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_port_test_sandbox_SOURCES = %D%/test_sandbox.c
tests_port_test_sandbox_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_port_test_sandbox_LDADD = libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
endif
