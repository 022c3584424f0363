# The sample tool is built by the Go tool chain, once per build folder.
VERIFY_SAMPLE = tests/verify/built
VERIFY_SAMPLE_FILES = %D%/sample/go.mod %D%/sample/main.go %D%/sample/main_js.go \
	%D%/sample/calc/calc.go %D%/sample/public/page.html %D%/sample/build.sh
EXTRA_DIST += $(VERIFY_SAMPLE_FILES)

$(VERIFY_SAMPLE)/stamp: $(VERIFY_SAMPLE_FILES)
	$(AM_V_GEN)sh $(srcdir)/tests/verify/sample/build.sh \
		$(srcdir)/tests/verify/sample $(VERIFY_SAMPLE)

verify_clean_sample:
	rm -rf $(VERIFY_SAMPLE)/src $(VERIFY_SAMPLE)/dist $(VERIFY_SAMPLE)/cache $(VERIFY_SAMPLE)/path \
		$(VERIFY_SAMPLE)/app.b64 $(VERIFY_SAMPLE)/stamp
clean-local: verify_clean_sample

VERIFY_LIBS = libverify.a libport.a libbase.a $(LIBS_PORT)

if LIBFUZZER
VERIFY_FUZZ_MAIN =
VERIFY_FUZZ_LINK = -fsanitize=fuzzer
else
VERIFY_FUZZ_MAIN = tests/fuzz/replay.c
VERIFY_FUZZ_LINK =
endif

check_PROGRAMS += tests/fuzz/fuzz_manifest tests/fuzz/fuzz_report tests/fuzz/fuzz_leak \
	tests/fuzz/fuzz_html
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz_manifest.c $(VERIFY_FUZZ_MAIN)
tests_fuzz_fuzz_manifest_LDADD = $(VERIFY_LIBS)
tests_fuzz_fuzz_manifest_LDFLAGS = $(AM_LDFLAGS) $(VERIFY_FUZZ_LINK)
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz_report.c $(VERIFY_FUZZ_MAIN)
tests_fuzz_fuzz_report_LDADD = $(VERIFY_LIBS)
tests_fuzz_fuzz_report_LDFLAGS = $(AM_LDFLAGS) $(VERIFY_FUZZ_LINK)
tests_fuzz_fuzz_leak_SOURCES = tests/fuzz/fuzz_leak.c $(VERIFY_FUZZ_MAIN)
tests_fuzz_fuzz_leak_LDADD = $(VERIFY_LIBS)
tests_fuzz_fuzz_leak_LDFLAGS = $(AM_LDFLAGS) $(VERIFY_FUZZ_LINK)
tests_fuzz_fuzz_html_SOURCES = tests/fuzz/fuzz_html.c $(VERIFY_FUZZ_MAIN)
tests_fuzz_fuzz_html_LDADD = $(VERIFY_LIBS)
tests_fuzz_fuzz_html_LDFLAGS = $(AM_LDFLAGS) $(VERIFY_FUZZ_LINK)
TESTS += tests/verify/replay.test
EXTRA_DIST += tests/verify/stranger.mjs tests/verify/replay.test tests/fuzz/replay.c tests/fuzz/corpus/manifest \
	tests/fuzz/corpus/report tests/fuzz/corpus/leak tests/fuzz/corpus/html

# The child as a program of its own; and what the tests share: trees, files of
# foreign formats.
check_PROGRAMS += tests/verify/child
tests_verify_child_SOURCES = %D%/child.c
tests_verify_child_LDADD = $(VERIFY_LIBS)
check_LIBRARIES += tests/verify/libverifytest.a
tests_verify_libverifytest_a_SOURCES = %D%/tree.c %D%/tree.h %D%/forge.c %D%/forge.h %D%/forge_wrap.c

if HAVE_CMOCKA
VERIFY_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DSAMPLE_DIR='"$(abs_builddir)/$(VERIFY_SAMPLE)"' \
	-DSAMPLE_SOURCE='"$(abs_srcdir)/tests/verify/sample"' \
	-DCHILD='"$(abs_builddir)/tests/verify/child"'
VERIFY_TEST_LIBS = tests/verify/libverifytest.a $(VERIFY_LIBS) $(CMOCKA_LIBS)

VERIFY_TESTS = tests/verify/test_manifest tests/verify/test_report tests/verify/test_html tests/verify/test_shingle \
	tests/verify/test_forms tests/verify/test_inside tests/verify/test_kinds tests/verify/test_scan \
	tests/verify/test_leaks tests/verify/test_edges tests/verify/test_shapes tests/verify/test_faults \
	tests/verify/test_serve tests/verify/test_page tests/verify/test_clean tests/verify/test_child
check_PROGRAMS += $(VERIFY_TESTS)
TESTS += $(VERIFY_TESTS)
tests_verify_test_manifest_SOURCES = %D%/test_manifest.c
tests_verify_test_manifest_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_manifest_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_report_SOURCES = %D%/test_report.c
tests_verify_test_report_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_report_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_html_SOURCES = %D%/test_html.c
tests_verify_test_html_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_html_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_shingle_SOURCES = %D%/test_shingle.c
tests_verify_test_shingle_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_shingle_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_forms_SOURCES = %D%/test_forms.c
tests_verify_test_forms_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_forms_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_inside_SOURCES = %D%/test_inside.c
tests_verify_test_inside_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_inside_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_kinds_SOURCES = %D%/test_kinds.c
tests_verify_test_kinds_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_kinds_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_scan_SOURCES = %D%/test_scan.c
tests_verify_test_scan_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_scan_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_leaks_SOURCES = %D%/test_leaks.c %D%/leaks.def
tests_verify_test_leaks_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_leaks_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_edges_SOURCES = %D%/test_edges.c %D%/edges.def
tests_verify_test_edges_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_edges_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_shapes_SOURCES = %D%/test_shapes.c
tests_verify_test_shapes_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_shapes_LDADD = $(VERIFY_TEST_LIBS)
# System calls that fail when the test says so.
VERIFY_FAULTY_LINK = $(AM_LDFLAGS) -Wl,--wrap=read,--wrap=pread,--wrap=write,--wrap=socket,--wrap=bind \
	-Wl,--wrap=listen,--wrap=getsockname,--wrap=accept4,--wrap=recv,--wrap=send,--wrap=poll \
	-Wl,--wrap=fork,--wrap=getppid,--wrap=waitpid,--wrap=mkdtemp,--wrap=openat,--wrap=fstat,--wrap=kill
tests_verify_test_faults_SOURCES = %D%/test_faults.c %D%/faulty.c %D%/faulty.h
tests_verify_test_faults_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_faults_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_faults_LDFLAGS = $(VERIFY_FAULTY_LINK) -Wl,--wrap=http_do,--wrap=spawn_run
tests_verify_test_serve_SOURCES = %D%/test_serve.c %D%/faulty.c %D%/faulty.h
tests_verify_test_serve_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_serve_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_serve_LDFLAGS = $(VERIFY_FAULTY_LINK)
tests_verify_test_page_SOURCES = %D%/test_page.c
tests_verify_test_page_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_page_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_clean_SOURCES = %D%/test_clean.c
tests_verify_test_clean_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_clean_LDADD = $(VERIFY_TEST_LIBS)
tests_verify_test_child_SOURCES = %D%/test_child.c
tests_verify_test_child_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_verify_test_child_LDADD = $(VERIFY_TEST_LIBS)
EXTRA_tests_verify_test_clean_DEPENDENCIES = $(VERIFY_SAMPLE)/stamp
EXTRA_tests_verify_test_child_DEPENDENCIES = $(VERIFY_SAMPLE)/stamp tests/verify/child
endif
