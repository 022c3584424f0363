#!/bin/sh
# Lists that stand in two languages agree: the lifecycle in C and in SQL, where each
# migration may add to it. The
# proof that a route names is a file.
top=${srcdir:-.}
bad=0
want=$(./bus states --json | tr '{' '\n' | sed -n 's/.*"from":"\([a-z_]*\)","event":"\([a-z_]*\)","to":"\([a-z_]*\)".*/\1 \2 \3/p' | sort)
have=$(sed -n "/INSERT INTO run_edge/,/;/p" "$top"/sql/0*.sql |
	grep -oE "\('[a-z_]+', '[a-z_]+', '[a-z_]+'\)" | tr -d "(',)" | sort)
[ "$want" = "$have" ] || { echo "edges differ:"; printf '%s\n' "$want" >edges.c; printf '%s\n' "$have" >edges.sql; diff edges.c edges.sql; bad=1; }
want=$(sed -n 's/^STATE([A-Z_]*, "\([a-z_]*\)", "\([a-z_]*\)", \([01]\)).*/\1 \2 \3/p' "$top/src/run/run_state.def" | sort)
have=$(sed -n "/INSERT INTO run_state/,/;/p" "$top"/sql/0*.sql |
	grep -oE "\('[a-z_]+', '[a-z_]+', (true|false)\)" | tr -d "(',)" | sed 's/true/1/; s/false/0/' | sort)
[ "$want" = "$have" ] || { echo "states differ"; bad=1; }
for proof in $(./bus routes --json | tr ',' '\n' | sed -n 's/.*"proof":"\([^"]*\)".*/\1/p' | sort -u); do
	[ -e "$top/$proof" ] || { echo "a route names the proof $proof, which does not exist"; bad=1; }
done
rm -f edges.c edges.sql
exit $bad
