noinst_LIBRARIES += libidentity.a
libidentity_a_SOURCES = %D%/identity.c %D%/identity.h %D%/identity_int.h %D%/identity_api.c %D%/identity_api_int.h \
	%D%/identity_account_api.c %D%/identity_code_api.c %D%/identity_key.c %D%/identity_token_api.c %D%/identity_totp.c %D%/identity_totp_api.c \
	%D%/identity_totp_store.c %D%/identity_pass.c %D%/identity_store.c %D%/identity_verb.c
nodist_libidentity_a_SOURCES = src/identity/identity_sql.c src/identity/identity_sql.h
sql_rooms += identity
