# Money: signatures, events and forms without a network.
BILLING_LIBS = libbilling.a libwork.a libport.a libbase.a $(LIBS_PORT)

if HAVE_CMOCKA
BILLING_TESTS = tests/billing/test_billing tests/billing/test_plans
check_PROGRAMS += $(BILLING_TESTS)
TESTS += $(BILLING_TESTS)
tests_billing_test_plans_SOURCES = %D%/test_plans.c
tests_billing_test_plans_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_billing_test_plans_LDADD = libplan.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_billing_test_billing_SOURCES = %D%/test_billing.c
tests_billing_test_billing_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_billing_test_billing_LDADD = $(BILLING_LIBS) $(CMOCKA_LIBS)
# The webhook, on a database of its own.
check_PROGRAMS += tests/billing/test_door
TESTS += tests/billing/room.sh
tests_billing_test_door_SOURCES = %D%/test_door.c tests/web/asked.h
tests_billing_test_door_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(CMOCKA_CFLAGS)
tests_billing_test_door_LDADD = libbilling.a librun.a libintake.a libspec.a libdecide.a libplan.a libmodel.a \
	libevent.a libidentity.a libweb.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS) -lm
tests_billing_test_door_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fcgi_param,--wrap=fcgi_read
endif

check_PROGRAMS += tests/fuzz/fuzz_stripe
tests_fuzz_fuzz_stripe_SOURCES = tests/fuzz/fuzz_stripe.c $(FUZZ_MAIN)
tests_fuzz_fuzz_stripe_LDADD = $(BILLING_LIBS)
tests_fuzz_fuzz_stripe_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
TESTS += tests/billing/replay.test
EXTRA_DIST += tests/billing/room.sh tests/billing/replay.test tests/fuzz/corpus/stripe tests/billing/events.mjs \
	tests/billing/client.mjs tests/billing/fake_stripe.mjs tests/billing/sdk.mjs tests/billing/storm.mjs
