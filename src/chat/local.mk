noinst_LIBRARIES += libchat.a
libchat_a_SOURCES = %D%/chat.c %D%/chat_api.c %D%/chat_api_int.h %D%/chat_backend.c %D%/chat_int.h \
	%D%/chat_end_api.c %D%/chat_models_api.c %D%/chat_pass.c %D%/chat_probe_pass.c %D%/chat_verb.c \
	%D%/chat_receipt_api.c %D%/chat_relay_api.c %D%/chat_route.c %D%/chat_static.c %D%/chat_store.c %D%/chat_store.h \
	%D%/chat_thread.c %D%/chat_thread_api.c %D%/chat_rows_api.c
nodist_libchat_a_SOURCES = src/chat/chat_sql.c src/chat/chat_sql.h
sql_rooms += chat
