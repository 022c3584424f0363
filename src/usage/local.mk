noinst_LIBRARIES += libusage.a
libusage_a_SOURCES = %D%/usage.c %D%/usage.h %D%/usage_int.h %D%/usage_api.c %D%/usage_api_int.h %D%/usage_event_api.c %D%/usage_feed_api.c \
	%D%/usage_ledger_store.c %D%/usage_ledger_verb.c %D%/usage_merkle.c %D%/usage_merkle.h \
	%D%/usage_pass.c %D%/usage_seal.c %D%/usage_seal_pass.c \
	%D%/usage_proof_verb.c %D%/usage_store.c %D%/usage_verb.c
nodist_libusage_a_SOURCES = src/usage/usage_sql.c src/usage/usage_sql.h
sql_rooms += usage
