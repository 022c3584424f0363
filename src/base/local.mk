noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	%D%/arena.c %D%/arena.h %D%/buf.c %D%/buf.h %D%/check.c %D%/check.h \
	%D%/clock.c %D%/clock.h %D%/conf.c %D%/conf.h %D%/conf.def \
	%D%/err.c %D%/err.h %D%/err.def %D%/fault.c %D%/fault.h \
	%D%/id.c %D%/id.h %D%/jw.c %D%/jw.h %D%/log.c %D%/log.h \
	%D%/shape.c %D%/shape.h %D%/str.c %D%/str.h
