noinst_LIBRARIES += librepo.a
librepo_a_SOURCES = %D%/repo.h %D%/repo_git.c %D%/repo_int.h %D%/repo_pass.c %D%/repo_store.c
nodist_librepo_a_SOURCES = src/repo/repo_sql.c src/repo/repo_sql.h
sql_rooms += repo
