MODEL_LIBS = libmodel.a libport.a libbase.a $(LIBS_PORT)

if HAVE_CMOCKA
MODEL_TESTS = tests/model/test_catalog tests/model/test_price tests/model/test_request \
	tests/model/test_sse
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)
tests_model_test_catalog_SOURCES = %D%/test_catalog.c
tests_model_test_catalog_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_model_test_catalog_LDADD = $(MODEL_LIBS) $(CMOCKA_LIBS)
tests_model_test_price_SOURCES = %D%/test_price.c
tests_model_test_price_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_model_test_price_LDADD = $(MODEL_LIBS) $(CMOCKA_LIBS)
tests_model_test_request_SOURCES = %D%/test_request.c
tests_model_test_request_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_model_test_request_LDADD = $(MODEL_LIBS) $(CMOCKA_LIBS)
tests_model_test_sse_SOURCES = %D%/test_sse.c
tests_model_test_sse_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_model_test_sse_LDADD = $(MODEL_LIBS) $(CMOCKA_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_models tests/fuzz/fuzz_usage tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_sse tests/fuzz/fuzz_probe
tests_fuzz_fuzz_probe_SOURCES = tests/fuzz/fuzz_probe.c $(FUZZ_MAIN)
tests_fuzz_fuzz_probe_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_probe_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_models_SOURCES = tests/fuzz/fuzz_models.c $(FUZZ_MAIN)
tests_fuzz_fuzz_models_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_models_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_usage_SOURCES = tests/fuzz/fuzz_usage.c $(FUZZ_MAIN)
tests_fuzz_fuzz_usage_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_usage_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c $(FUZZ_MAIN)
tests_fuzz_fuzz_request_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_request_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_sse_SOURCES = tests/fuzz/fuzz_sse.c $(FUZZ_MAIN)
tests_fuzz_fuzz_sse_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_sse_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
TESTS += tests/model/replay.test
EXTRA_DIST += tests/model/replay.test tests/fuzz/corpus/models tests/fuzz/corpus/usage \
	tests/fuzz/corpus/probe tests/fuzz/corpus/request tests/fuzz/corpus/sse

check_PROGRAMS += tests/fuzz/fuzz_jwt tests/fuzz/fuzz_plan
tests_fuzz_fuzz_jwt_SOURCES = tests/fuzz/fuzz_jwt.c $(FUZZ_MAIN)
tests_fuzz_fuzz_jwt_LDADD = libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_jwt_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_plan_SOURCES = tests/fuzz/fuzz_plan.c $(FUZZ_MAIN)
tests_fuzz_fuzz_plan_LDADD = libplan.a libwork.a libport.a libbase.a $(LIBS_PORT)
tests_fuzz_fuzz_plan_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/corpus/jwt tests/fuzz/corpus/plan tests/chat/slow.mjs tests/chat/upstreams.mjs \
	tests/chat/proof.mjs tests/chat/receipt.mjs tests/chat/runtime.mjs tests/chat/runtimes.mjs tests/chat/sdk.mjs tests/chat/silence.mjs tests/chat/storm.mjs
