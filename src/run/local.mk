noinst_LIBRARIES += librun.a
librun_a_SOURCES = %D%/run.c %D%/run.h %D%/run_api.c %D%/run_int.h %D%/run_lease.c \
	%D%/run_pass.c %D%/run_pay.c %D%/run_pay.h %D%/run_shape.c %D%/run_shape.h %D%/run_state.c %D%/run_state.def \
	%D%/run_store.c %D%/run_talk.c %D%/run_verb.c
nodist_librun_a_SOURCES = src/run/run_sql.c src/run/run_sql.h
sql_rooms += run
