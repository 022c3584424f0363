noinst_LIBRARIES += libverify.a
libverify_a_SOURCES = \
	%D%/verify.c %D%/verify.h %D%/verify.def %D%/verify_int.h \
	%D%/verify_child.c %D%/verify_elf.c %D%/verify_encoding.c \
	%D%/verify_html.c %D%/verify_html.h %D%/verify_json.c %D%/verify_json.h \
	%D%/verify_leak.c %D%/verify_leak.h %D%/verify_leak_archive.c %D%/verify_leak_debug.c \
	%D%/verify_leak_lang.c %D%/verify_leak_map.c %D%/verify_leak_path.c \
	%D%/verify_leak_secret.c %D%/verify_literal.c %D%/verify_macho.c %D%/verify_manifest.c \
	%D%/verify_media.c %D%/verify_name.c %D%/verify_open.c %D%/verify_open.h \
	%D%/verify_page.c %D%/verify_pe.c %D%/verify_program.c %D%/verify_scan.c \
	%D%/verify_serve.c %D%/verify_serve.h %D%/verify_shingle.c %D%/verify_source.c \
	%D%/verify_stream.c %D%/verify_wasm.c %D%/verify_words.c
