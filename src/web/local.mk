noinst_LIBRARIES += libweb.a
libweb_a_SOURCES = \
	%D%/body.c %D%/exchange.c %D%/gate.c %D%/idem.c %D%/listener.c %D%/loop.c %D%/loop.h \
	%D%/loop_int.h %D%/master.c %D%/print.c %D%/print.h %D%/print_conf.c %D%/rate.c %D%/read.c %D%/relay.c \
	%D%/relay.h %D%/relay_client.c %D%/relay_line.c %D%/relay_save.c %D%/relay_watch.c %D%/relay_int.h \
	%D%/reply.c %D%/route.c %D%/route.h \
	%D%/second.c %D%/shared.c %D%/shared.h %D%/stream.c %D%/stream_channel.c %D%/stream_int.h \
	%D%/stream_open.c %D%/web.h %D%/web_int.h %D%/worker.c
nodist_libweb_a_SOURCES = src/web/web_sql.c src/web/web_sql.h
sql_rooms += web
