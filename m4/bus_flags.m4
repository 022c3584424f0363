# Compiler and linker flags are probed one by one: a flag that this compiler
# does not know is left out, one that it knows is used without asking again.

# BUS_CFLAG(VARIABLE, FLAG): append FLAG to VARIABLE when the compiler takes it.
# The probe runs with -Werror, because clang only warns about unknown flags.
AC_DEFUN([BUS_CFLAG], [
	AS_VAR_PUSHDEF([known], [bus_cv_cflag_$2])
	AC_CACHE_CHECK([whether $CC accepts $2], [known], [
		bus_saved_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -Werror $2"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
			[AS_VAR_SET([known], [yes])], [AS_VAR_SET([known], [no])])
		CFLAGS=$bus_saved_CFLAGS
	])
	AS_VAR_IF([known], [yes], [$1="$$1 $2"])
	AS_VAR_POPDEF([known])
])

# BUS_LDFLAG(VARIABLE, FLAG): the same for the linker.
AC_DEFUN([BUS_LDFLAG], [
	AS_VAR_PUSHDEF([known], [bus_cv_ldflag_$2])
	AC_CACHE_CHECK([whether the linker accepts $2], [known], [
		bus_saved_LDFLAGS=$LDFLAGS
		LDFLAGS="$LDFLAGS $2"
		AC_LINK_IFELSE([AC_LANG_PROGRAM()],
			[AS_VAR_SET([known], [yes])], [AS_VAR_SET([known], [no])])
		LDFLAGS=$bus_saved_LDFLAGS
	])
	AS_VAR_IF([known], [yes], [$1="$$1 $2"])
	AS_VAR_POPDEF([known])
])
