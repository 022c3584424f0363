# Longer fuzzing, from a tree configured with CC=clang --enable-fuzzer
# --enable-sanitizers: make fuzz FUZZ_SECONDS=600 FUZZ_SEED=7
FUZZ_TARGETS = address expr go html intake json jwt leak manifest models plan probe proof query report request spec \
	sse stripe text usage
fuzz: $(FUZZ_TARGETS:%=tests/fuzz/fuzz_%)
	for t in $(FUZZ_TARGETS); do \
		$(MKDIR_P) fuzz-found/$$t; \
		c=$(srcdir)/tests/fuzz/corpus/$$t; test -d $$c || c=; \
		./tests/fuzz/fuzz_$$t -max_total_time=$${FUZZ_SECONDS:-60} -seed=$${FUZZ_SEED:-1} \
			-rss_limit_mb=4000 fuzz-found/$$t $$c || exit 1; \
	done
.PHONY: fuzz
CLEANDIRS += fuzz-found
