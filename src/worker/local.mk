noinst_LIBRARIES += libworker.a
libworker_a_SOURCES = %D%/worker.h %D%/worker_assign.c %D%/worker_child.c %D%/worker_go.c \
	%D%/worker_int.h %D%/worker_pass.c %D%/worker_plan.c %D%/worker_plan.h %D%/worker_row.h \
	%D%/worker_store.c %D%/worker_verb.c
nodist_libworker_a_SOURCES = src/worker/worker_sql.c src/worker/worker_sql.h
sql_rooms += worker

# The template repository is data: every run starts from a copy of it.
nobase_dist_pkgdata_DATA += \
	template/.gitignore template/MANIFEST.md template/SPEC.md template/WORKER.md \
	template/build.json template/cli/cli.go template/cli/cli_test.go \
	template/cli/command.go template/cli/help.go template/cli/http.go \
	template/cli/http_test.go template/cli/live.go template/cli/serve.go \
	template/cmd/page/main.go template/cmd/tool/main.go template/cmd/wasm/main.go \
	template/engine/answer.go template/engine/calculate.go \
	template/engine/calculate_test.go template/engine/convert.go template/engine/date.go \
	template/engine/encode.go template/engine/formula.go template/engine/formula_test.go \
	template/engine/input.go template/engine/input_test.go template/engine/json.go \
	template/engine/json_test.go template/engine/lists.go template/engine/lists_test.go \
	template/engine/number.go template/engine/number_test.go template/engine/rewrite.go \
	template/engine/rewrite_test.go template/engine/source_test.go template/engine/types.go \
	template/go.mod template/pack/pack.go template/pack/pack_test.go \
	template/page/bodies.go template/page/builder.go template/page/fields.go \
	template/page/kinds.js template/page/page.css template/page/page.go \
	template/page/page.html template/page/page.js template/page/page_test.go \
	template/tool/spec.go template/tool/tool.go
