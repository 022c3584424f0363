# Measurements: make bench, in a tree without sanitizers. Never a part of make check.
EXTRA_PROGRAMS += tests/bench/bare_plain tests/bench/bare_pipe tests/bench/chunks tests/bench/follow
tests_bench_chunks_SOURCES = tests/bench/chunks.c
tests_bench_bare_plain_SOURCES = tests/bench/bare_plain.c
tests_bench_bare_plain_LDADD = $(PQ_LIBS) $(FCGI_LIBS)
tests_bench_bare_pipe_SOURCES = tests/bench/bare_pipe.c
tests_bench_bare_pipe_LDADD = $(PQ_LIBS) $(FCGI_LIBS)
tests_bench_follow_SOURCES = tests/bench/follow.c
CLEANFILES += tests/bench/bare_plain tests/bench/bare_pipe tests/bench/chunks tests/bench/follow
EXTRA_DIST += tests/bench/bench.sh tests/bench/node.mjs tests/bench/bare.go tests/bench/gateway.sh \
	tests/bench/llms.cjs tests/bench/portkey.mjs tests/bench/billing.sh tests/bench/deliveries.mjs tests/bench/deliver.lua

bench: all tests/bench/bare_plain tests/bench/bare_pipe tests/bench/follow
	srcdir=$(srcdir) builddir=. bash $(srcdir)/tests/bench/bench.sh
	srcdir=$(srcdir) builddir=. bash $(srcdir)/tests/bench/billing.sh
# The chat gateway alone.
bench-gateway: all tests/bench/chunks
	srcdir=$(srcdir) builddir=. bash $(srcdir)/tests/bench/gateway.sh
.PHONY: bench bench-gateway
CLEANDIRS += test-npm-peers
