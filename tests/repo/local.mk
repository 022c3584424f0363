# The repository of the template, with git as it is.
if HAVE_CMOCKA
check_PROGRAMS += tests/repo/test_git
TESTS += tests/repo/test_git
tests_repo_test_git_SOURCES = %D%/test_git.c
tests_repo_test_git_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_repo_test_git_LDADD = librepo.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
tests_repo_test_git_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=spawn_run,--wrap=file_remove_tree
endif
