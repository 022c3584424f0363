# make coverage, in a tree configured with --enable-coverage --enable-fault: runs
# the suite (or only COVERAGE_TESTS), prints the figures of each room and of all of
# src/, then the branches that were never taken of the files whose branches all
# should be. Fails when one of those is left or nothing of a file was counted, and
# when the suite does, whose failed tests are named. What a process had counted
# that is killed by signal 9 is lost.
COVERED = src/run/run\.c src/run/run_state\.c src/run/run_lease\.c src/run/run_pay\.c \
	src/web/gate\.c src/web/rate\.c src/web/body\.c src/web/route\.c src/base/str\.c src/port/file\.c \
	src/repo/repo_git\.c src/verify/.*\.c
BELOW = (.*/)?
GCOVR = gcovr -r $(srcdir) --object-directory . --exclude-unreachable-branches \
	--exclude-throw-branches
define ROOMS
function add(name) {
	lines[name] += $$2; run[name] += $$3; ways[name] += $$5; taken[name] += $$6
}
function per(part, of) { return of ? 100 * part / of : 100 }
NR > 1 { split($$1, path, "/"); add(path[2]); add("~ all of src") }
END {
	for (name in lines)
		printf "%-14s lines %6d of %6d %5.1f %%   branches %6d of %6d %5.1f %%\n", name,
			run[name], lines[name], per(run[name], lines[name]),
			taken[name], ways[name], per(taken[name], ways[name])
}
endef
export ROOMS
coverage: all
	@command -v gcovr >/dev/null || { echo "gcovr is missing: apt install gcovr" >&2; exit 69; }
	find . '(' -name '*.gcda' -o -name '*.trs' ')' -delete
	@# Made here, for all accounts: whoever came first would own them.
	find . -name '*.gcno' -exec sh -c 'for f; do : > "$${f%no}da"; done' sh {} +
	chmod -R a+rwX .
	@failed=0; suite=0; \
	$(MAKE) check $(if $(COVERAGE_TESTS),TESTS="$(COVERAGE_TESTS)") || suite=1; \
	find . -name '*.gcda' -empty -delete; \
	$(GCOVR) --filter '$(BELOW)src/' --txt coverage.txt --csv coverage.csv || failed=1; \
	$(AWK) -F, "$$ROOMS" coverage.csv | LC_ALL=C sort; \
	$(GCOVR) --branches $(COVERED:%=--filter '$(BELOW)%$$') --fail-under-branch 100 \
		-o coverage-required.txt || failed=1; \
	cat coverage-required.txt; \
	for file in $(COVERED:%='%'); do \
		grep -q "^$$file" coverage-required.txt || { echo "not counted: $$file"; failed=1; }; \
	done; \
	[ $$suite = 0 ] || { failed=1; echo "the suite fails:"; \
		grep -slE '^:test-result: (FAIL|ERROR|XPASS)' $(TEST_LOGS:.log=.trs); }; \
	exit $$failed
.PHONY: coverage
CLEANFILES += coverage.txt coverage.csv coverage-required.txt
