noinst_LIBRARIES += libdecide.a
libdecide_a_SOURCES = %D%/decide.c %D%/decide.h %D%/decide_api.c %D%/decide_int.h \
	%D%/decide_store.c %D%/decide_verb.c
nodist_libdecide_a_SOURCES = src/decide/decide_sql.c src/decide/decide_sql.h
sql_rooms += decide
