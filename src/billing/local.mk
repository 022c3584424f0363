noinst_LIBRARIES += libbilling.a
libbilling_a_SOURCES = %D%/billing.c %D%/billing.h %D%/billing_api.c %D%/billing_api_int.h %D%/billing_apply.c %D%/billing_back.c %D%/billing_load.c %D%/billing_notice.c \
	%D%/billing_ask.c %D%/billing_call.c %D%/billing_client_verb.c %D%/billing_event.c %D%/billing_catalog.c %D%/billing_catalog_api.c %D%/billing_catalog_store.c %D%/billing_catalog_verb.c \
	%D%/billing_form.c %D%/billing_hook.c %D%/billing_int.h %D%/billing_keep.c \
	%D%/billing_local.c %D%/billing_local_api.c %D%/billing_local_page.c \
	%D%/billing_local_plan.c %D%/billing_local_plan_api.c %D%/billing_meter.c %D%/billing_page.c %D%/billing_plan.c %D%/billing_plan_api.c \
	%D%/billing_plan_apply.c %D%/billing_plan_int.h %D%/billing_plan_store.c %D%/billing_proof_verb.c %D%/billing_report.c %D%/billing_subscription.c %D%/billing_pass.c %D%/billing_signature.c \
	%D%/billing_status_api.c %D%/billing_store.c %D%/billing_verb.c
nodist_libbilling_a_SOURCES = src/billing/billing_sql.c src/billing/billing_sql.h
sql_rooms += billing
