noinst_LIBRARIES += libevent.a
libevent_a_SOURCES = %D%/event.c %D%/event.def %D%/event.h %D%/event_api.c %D%/event_int.h \
	%D%/event_store.c
nodist_libevent_a_SOURCES = src/event/event_sql.c src/event/event_sql.h
sql_rooms += event
