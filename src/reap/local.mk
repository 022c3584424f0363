noinst_LIBRARIES += libreap.a
libreap_a_SOURCES = %D%/job.c %D%/reap.c %D%/reap.h %D%/reap_int.h
nodist_libreap_a_SOURCES = src/reap/reap_sql.c src/reap/reap_sql.h
sql_rooms += reap
