noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = %D%/model.c %D%/model.h %D%/model_int.h %D%/model_request.c %D%/model_sse.c \
	%D%/model_sse.h %D%/model_usage.c
