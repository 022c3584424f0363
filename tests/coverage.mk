# make coverage, in a tree configured with --enable-coverage --enable-fault: runs
# the suite (or only COVERAGE_TESTS), prints the figures of all of src/, then the
# branches that were never taken of the files whose branches all should be. Fails
# when one of those is left or nothing of a file was counted, and when the suite
# does.
COVERED = src/run/run\.c src/run/run_state\.c src/run/run_lease\.c src/run/run_pay\.c \
	src/web/gate\.c src/web/rate\.c src/web/body\.c src/web/route\.c src/base/str\.c src/port/file\.c \
	src/repo/repo_git\.c src/verify/.*\.c
BELOW = (.*/)?
GCOVR = gcovr -r $(srcdir) --object-directory . --exclude-unreachable-branches \
	--exclude-throw-branches
coverage: all
	@command -v gcovr >/dev/null || { echo "gcovr is missing: apt install gcovr" >&2; exit 69; }
	find . -name '*.gcda' -delete
	chmod -R a+rwX .
	@failed=0; suite=0; \
	$(MAKE) check $(if $(COVERAGE_TESTS),TESTS="$(COVERAGE_TESTS)") || suite=1; \
	$(GCOVR) --filter '$(BELOW)src/' --print-summary -o coverage.txt || failed=1; \
	$(GCOVR) --branches $(COVERED:%=--filter '$(BELOW)%$$') --fail-under-branch 100 \
		-o coverage-required.txt || failed=1; \
	cat coverage-required.txt; \
	for file in $(COVERED:%='%'); do \
		grep -q "^$$file" coverage-required.txt || { echo "not counted: $$file"; failed=1; }; \
	done; \
	[ $$suite = 0 ] || { echo "the suite fails: test-suite.log"; failed=1; }; \
	exit $$failed
.PHONY: coverage
CLEANFILES += coverage.txt coverage-required.txt
