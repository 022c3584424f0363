# Is every defence tested? Takes each away in a copy; minutes.
EXTRA_DIST += tests/mutants/mutants.sh tests/mutants/mutants.txt
mutants:
	srcdir=$(srcdir) bash $(srcdir)/tests/mutants/mutants.sh
mutants-sources: $(BUILT_SOURCES)
.PHONY: mutants mutants-sources
