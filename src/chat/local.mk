noinst_LIBRARIES += libchat.a
libchat_a_SOURCES = %D%/chat.c %D%/chat_api.c %D%/chat_api_int.h %D%/chat_backend.c %D%/chat_int.h \
	%D%/chat_relay_api.c %D%/chat_static.c
