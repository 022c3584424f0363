noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = %D%/cli.c %D%/cli.h %D%/cli_int.h %D%/cli_print.c
