# The hallway, without a web server, and all but the second factor without a database.
if HAVE_CMOCKA
WEB_TESTS = tests/web/test_rate tests/web/test_gate tests/web/test_body tests/web/test_route
check_PROGRAMS += $(WEB_TESTS)
TESTS += $(WEB_TESTS)
tests_web_test_rate_SOURCES = %D%/test_rate.c
tests_web_test_rate_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_web_test_rate_LDADD = libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_web_test_gate_SOURCES = %D%/test_gate.c %D%/asked.h
tests_web_test_gate_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_web_test_gate_LDADD = libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_web_test_gate_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fcgi_param,--wrap=fcgi_read
tests_web_test_body_SOURCES = %D%/test_body.c %D%/asked.h
tests_web_test_body_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_web_test_body_LDADD = libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_web_test_body_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fcgi_param,--wrap=fcgi_read
tests_web_test_route_SOURCES = %D%/test_route.c
tests_web_test_route_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_web_test_route_LDADD = libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
check_PROGRAMS += tests/web/test_second
TESTS += tests/web/room.sh
tests_web_test_second_SOURCES = %D%/test_second.c %D%/asked.h
tests_web_test_second_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_web_test_second_LDADD = libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_web_test_second_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fcgi_param,--wrap=fcgi_read,--wrap=reply_send
endif
EXTRA_DIST += tests/web/room.sh
