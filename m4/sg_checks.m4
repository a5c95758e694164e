# m4/sg_checks.m4: the project's own configure macros.

# SG_CFLAG(VARIABLE, FLAG): appends FLAG to VARIABLE when the compiler takes it without a warning.
AC_DEFUN([SG_CFLAG], [
  AS_VAR_PUSHDEF([sg_cache], [sg_cv_cflag_$2])
  AC_CACHE_CHECK([whether $CC accepts $2], [sg_cache], [
    sg_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
      [AS_VAR_SET([sg_cache], [yes])], [AS_VAR_SET([sg_cache], [no])])
    CFLAGS=$sg_save_CFLAGS
  ])
  AS_VAR_IF([sg_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
  AS_VAR_POPDEF([sg_cache])
])

# SG_OPTIONAL(NAME, VAR, PURPOSE, PACKAGE, SEARCH): a library that may be missing.
#
# --with-NAME=auto|yes|no. Runs SEARCH, which sets have_NAME=yes when the library is there (and VAR_CFLAGS, VAR_LIBS); then
# defines HAVE_VAR and the conditional of that name, and adds a line to the summary, which names the Debian PACKAGE to install.
AC_DEFUN([SG_OPTIONAL], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=auto|yes|no], [$3 @<:@auto@:>@])], [], [AS_TR_SH([with_$1])=auto])
  AS_TR_SH([have_$1])=no
  AS_IF([test "x$[]AS_TR_SH([with_$1])" != xno], [$5])
  AS_IF([test "x$[]AS_TR_SH([with_$1])" = xyes && test "x$[]AS_TR_SH([have_$1])" != xyes],
    [AC_MSG_ERROR([--with-$1 was given, but $1 was not found (Debian: apt install $4)])])
  AS_IF([test "x$[]AS_TR_SH([have_$1])" = xyes], [
    AC_DEFINE([HAVE_$2], [1], [$3])
    SG_SUMMARY([$1], [yes], [$3])
  ], [test "x$[]AS_TR_SH([with_$1])" = xno], [
    $2_CFLAGS= $2_LIBS=
    SG_SUMMARY([$1], [no], [$3 (switched off)])
  ], [
    $2_CFLAGS= $2_LIBS=
    SG_SUMMARY([$1], [no], [$3 (Debian: apt install $4)])
  ])
  AM_CONDITIONAL([HAVE_$2], [test "x$[]AS_TR_SH([have_$1])" = xyes])
  AC_SUBST([$2_CFLAGS])
  AC_SUBST([$2_LIBS])
])

# SG_SUMMARY(NAME, yes|no, TEXT): one line of the table that configure prints last.
AC_DEFUN([SG_SUMMARY], [
  sg_line=`printf '  %-12s %-4s %s' "$1" "$2" "$3"`
  sg_summary="$sg_summary
$sg_line"
])
