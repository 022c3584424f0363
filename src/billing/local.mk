noinst_LIBRARIES += libbilling.a
libbilling_a_SOURCES = %D%/billing.h %D%/billing_event.c %D%/billing_form.c %D%/billing_int.h \
	%D%/billing_signature.c
