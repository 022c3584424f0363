noinst_LIBRARIES += libplan.a
libplan_a_SOURCES = %D%/plan.c %D%/plan.h %D%/plan_check.c %D%/plan_store.c %D%/plan_verb.c
nodist_libplan_a_SOURCES = src/plan/plan_sql.c src/plan/plan_sql.h
sql_rooms += plan
