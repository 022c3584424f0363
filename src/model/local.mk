noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	%D%/model_answer.c %D%/model.c %D%/model.h %D%/model_int.h %D%/model_check.c %D%/model_read.c \
	%D%/model_probe.c %D%/model_probe.h \
	%D%/model_price.c %D%/model_price.h \
	%D%/model_request.c %D%/model_request.h %D%/model_request_content.c \
	%D%/model_request_write.c \
	%D%/model_request_int.h \
	%D%/model_span.c %D%/model_span.h %D%/model_span_check.c \
	%D%/model_sse.c %D%/model_sse.h \
	%D%/model_usage.c %D%/model_usage.h %D%/model_verb.c \
	%D%/model_watch.c %D%/model_watch.h
