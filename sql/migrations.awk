# Turns the migrations into one C array: forward, verify and rollback text of
# each, and bootstrap.sql as version 0.
# Use: awk -f migrations.awk bootstrap.sql 0001_*.sql …

function quote(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\t\t\"" line "\\n\"\n"
}

FNR == 1 {
	if (count++)
		printf "\t},\n"
	else
		printf "/* Made from sql/ by sql/migrations.awk. */\n#include \"config.h\"\n#include \"support/support_int.h\"\n\nconst struct migration support_migrations[] = {\n"
	n = split(FILENAME, path, "/")
	name = path[n]
	part = ""
	printf "\t{\n\t\t.version = %d, .name = \"%s\",\n", name + 0, name
	if (name + 0 == 0) {
		part = "forward"
		printf "\t\t.forward =\n"
	}
}
/^-- (forward|verify|rollback|irreversible)$/ && name + 0 > 0 {
	if (part != "")
		printf "\t\t,\n"
	part = $2
	printf "\t\t.%s =\n", part == "irreversible" ? "rollback" : part
	if (part == "irreversible")
		printf "\t\tNULL\n"
	next
}
part != "" && part != "irreversible" { printf "%s", quote($0) }

END { printf "\t},\n};\nconst size_t support_migrations_n = sizeof(support_migrations) / sizeof(support_migrations[0]);\n" }
