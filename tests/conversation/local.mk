# The rules of kept conversations.
if HAVE_CMOCKA
check_PROGRAMS += tests/conversation/test_thread
TESTS += tests/conversation/test_thread
tests_conversation_test_thread_SOURCES = %D%/test_thread.c
tests_conversation_test_thread_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_conversation_test_thread_LDADD = libchat.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
endif
