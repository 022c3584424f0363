noinst_LIBRARIES += libartifact.a
libartifact_a_SOURCES = %D%/artifact.c %D%/artifact.h %D%/artifact_api.c %D%/artifact_api_int.h \
	%D%/artifact_claim.c %D%/artifact_file.c %D%/artifact_int.h %D%/artifact_preview_api.c \
	%D%/artifact_pass.c \
	%D%/artifact_store.c %D%/artifact_verb.c %D%/artifact_verify_pass.c %D%/artifact_verify_pass.h
nodist_libartifact_a_SOURCES = src/artifact/artifact_sql.c src/artifact/artifact_sql.h
sql_rooms += artifact
