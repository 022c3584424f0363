noinst_LIBRARIES += libsupport.a
libsupport_a_SOURCES = %D%/doctor_verb.c %D%/support.h %D%/support_api.c %D%/support_desk_api.c %D%/support_int.h %D%/support_migrate.c \
	%D%/support_pass.c %D%/support_store.c %D%/support_verb.c %D%/stack.h %D%/stack_make.c \
	%D%/stack_run.c %D%/stack_verb.c
nodist_libsupport_a_SOURCES = %D%/doctor_verb.c src/support/support_sql.c src/support/support_sql.h \
	src/support/migrations.c
sql_rooms += support

MIGRATIONS = sql/bootstrap.sql sql/0001_house.sql sql/0002_usage.sql sql/0003_identity.sql \
	sql/0004_billing.sql sql/0005_chat.sql sql/0006_plans.sql sql/0007_account.sql sql/0008_gateway.sql \
	sql/0010_contact.sql sql/0012_keys.sql sql/0013_subscriptions.sql sql/0014_second.sql \
	sql/0015_usage_events.sql sql/0018_lean.sql sql/0019_answers.sql sql/0020_kept.sql sql/0021_meters.sql \
	sql/0022_payments.sql sql/0023_notices.sql sql/0024_rights.sql sql/0025_callers.sql sql/0028_rounds.sql \
	sql/0029_limits.sql sql/0030_ledger.sql sql/0031_usage_moves.sql sql/0032_customers.sql
src/support/migrations.c: sql/migrations.awk $(MIGRATIONS)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -f $(top_srcdir)/sql/migrations.awk \
		$(addprefix $(top_srcdir)/,$(MIGRATIONS)) > $@
CLEANFILES += src/support/migrations.c
EXTRA_DIST += sql/migrations.awk $(MIGRATIONS)
