# Models: prices, usage, requests, event streams.
if HAVE_CMOCKA
MODEL_TESTS = tests/model/test_usage tests/model/test_request
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)
tests_model_test_usage_SOURCES = %D%/test_usage.c
tests_model_test_usage_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_model_test_usage_LDADD = libmodel.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_model_test_request_SOURCES = %D%/test_request.c
tests_model_test_request_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_model_test_request_LDADD = libmodel.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_models tests/fuzz/fuzz_call
tests_fuzz_fuzz_models_SOURCES = tests/fuzz/fuzz_models.c $(FUZZ_MAIN)
tests_fuzz_fuzz_models_LDADD = libplan.a libmodel.a libwork.a libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_models_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_call_SOURCES = tests/fuzz/fuzz_call.c $(FUZZ_MAIN)
tests_fuzz_fuzz_call_LDADD = libmodel.a libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_call_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
TESTS += tests/model/replay.test
EXTRA_DIST += tests/model/replay.test tests/fuzz/corpus/models tests/fuzz/corpus/call \
	tests/chat/upstreams.mjs tests/chat/sdk.mjs tests/chat/storm.mjs
