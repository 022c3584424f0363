noinst_LIBRARIES += libtask.a
libtask_a_SOURCES = %D%/task.c %D%/task.h %D%/task_int.h %D%/task_store.c
nodist_libtask_a_SOURCES = src/task/task_sql.c src/task/task_sql.h
sql_rooms += task
