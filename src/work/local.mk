noinst_LIBRARIES += libwork.a
libwork_a_SOURCES = %D%/work.c %D%/work.h
