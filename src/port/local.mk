noinst_LIBRARIES += libport.a
libport_a_SOURCES = \
	%D%/crypto.c %D%/crypto.h %D%/key.c %D%/key_set.c %D%/key_set.h %D%/fcgi.c %D%/fcgi.h \
	%D%/calls.c %D%/calls.h %D%/file.c %D%/file.h %D%/http.c %D%/http.h %D%/json.c %D%/json.h %D%/json_check.c %D%/jwt.c %D%/jwt.h %D%/mail.c %D%/mail.h \
	%D%/otp.c %D%/otp.h %D%/pack.c %D%/pack.h %D%/pg.c %D%/pg.h %D%/pg_int.h %D%/pg_batch.c %D%/pg_send.c \
	%D%/sandbox.c %D%/sandbox.h %D%/sniff.c %D%/sniff.h %D%/spawn.c %D%/spawn.h
nodist_libport_a_SOURCES = src/port/port_sql.c src/port/port_sql.h
sql_rooms += port
