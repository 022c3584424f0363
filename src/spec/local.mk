noinst_LIBRARIES += libspec.a
libspec_a_SOURCES = \
	%D%/spec.c %D%/spec.h %D%/spec_int.h %D%/spec_check.c %D%/spec_expr.c \
	%D%/spec_read.c %D%/spec_rules.c %D%/spec_typing.c %D%/spec_write.c
