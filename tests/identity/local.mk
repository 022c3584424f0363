# What people type: codes and scopes.
if HAVE_CMOCKA
check_PROGRAMS += tests/identity/test_shapes
TESTS += tests/identity/test_shapes
tests_identity_test_shapes_SOURCES = %D%/test_shapes.c
tests_identity_test_shapes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_identity_test_shapes_LDADD = libidentity.a libwork.a libport.a libbase.a $(LIBS_PORT) $(CMOCKA_LIBS)
endif
