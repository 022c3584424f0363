# make coverage, in a tree configured with --enable-coverage --enable-fault: runs
# the suite (or only COVERAGE_TESTS), prints the figures of all of src/, then the
# branches that were never taken of the files whose branches all should be.
COVERED = src/run/run\.c src/run/run_state\.c src/web/gate\.c src/web/route\.c src/base/str\.c \
	src/port/file\.c src/verify/.*\.c
GCOVR = gcovr -r $(srcdir) --object-directory . --exclude-unreachable-branches \
	--exclude-throw-branches --filter '$(abs_srcdir)/src/'
coverage: all
	@command -v gcovr >/dev/null || { echo "gcovr is missing: apt install gcovr" >&2; exit 69; }
	-find . -name '*.gcda' -delete
	chmod -R a+rwX .
	-$(MAKE) check $(if $(COVERAGE_TESTS),TESTS="$(COVERAGE_TESTS)")
	$(GCOVR) --print-summary -o coverage.txt
	$(GCOVR) --branches $(COVERED:%=--filter '$(abs_srcdir)/%') | tee coverage-required.txt
.PHONY: coverage
CLEANFILES += coverage.txt coverage-required.txt
