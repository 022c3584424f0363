# Turns a room's x.sql into the constants of x_sql.h and x_sql.c.
#
#   -- name: run_sql_get
#   SELECT … $1 … $2;
#
# becomes  const struct pg_stmt run_sql_get = {"run_sql_get", "SELECT …", 2};
# The number of parameters is the highest $n. Comment lines are dropped.
# Use: awk -v room=run -v out=h|c -f embed.awk run.sql

function flush_stmt() {
	if (name == "")
		return
	sub(/[ \n;]+$/, "", text)
	names[++count] = name
	texts[count] = text
	params[count] = high
	name = ""
}

/^-- name:/ { flush_stmt(); name = $3; text = ""; high = 0; next }
/^[ \t]*--/ || name == "" { next }
{
	line = $0
	sub(/^[ \t]+/, "", line)
	sub(/[ \t]+$/, "", line)
	if (line == "")
		next
	rest = line
	while (match(rest, /\$[0-9]+/)) {
		n = substr(rest, RSTART + 1, RLENGTH - 1) + 0
		if (n > high)
			high = n
		rest = substr(rest, RSTART + RLENGTH)
	}
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	text = text (text == "" ? "" : " ") line
}

END {
	flush_stmt()
	printf "/* Made from %s.sql by sql/embed.awk. */\n", room
	if (out == "h") {
		printf "#pragma once\n#include \"port/pg.h\"\n\n"
		for (i = 1; i <= count; i++)
			printf "extern const struct pg_stmt %s;\n", names[i]
		printf "extern const struct pg_stmt *const %s_sql_all[];\n", room
	} else {
		printf "#include \"config.h\"\n#include <stddef.h>\n#include \"%s/%s_sql.h\"\n\n", room, room
		for (i = 1; i <= count; i++)
			printf "const struct pg_stmt %s = {\"%s\",\n\t\"%s\", %d};\n", names[i], names[i], texts[i], params[i]
		printf "\nconst struct pg_stmt *const %s_sql_all[] = {\n", room
		for (i = 1; i <= count; i++)
			printf "\t&%s,\n", names[i]
		printf "\tNULL\n};\n"
	}
}
