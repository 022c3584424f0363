noinst_LIBRARIES += libintake.a
libintake_a_SOURCES = \
	%D%/intake.c %D%/intake.h %D%/intake_int.h %D%/intake_talk.h %D%/intake_text.h \
	%D%/intake_tokens.c %D%/intake_words.c %D%/intake_match.c %D%/intake_lexicon.h \
	%D%/intake_signs.c %D%/intake_names.c %D%/intake_split.c \
	%D%/intake_calc.c %D%/intake_list.c %D%/intake_named.h \
	%D%/intake_tax.c %D%/intake_values.c %D%/intake_known.h %D%/intake_known_finance.c \
	%D%/intake_known_health.c %D%/intake_known_home.c %D%/intake_known_price.c \
	%D%/intake_known_shape.c %D%/intake_known_study.c %D%/intake_known_tech.c \
	%D%/intake_known_travel.c %D%/intake_known_work.c \
	%D%/intake_formula.c %D%/intake_formula.h %D%/intake_formula_parse.c \
	%D%/intake_formula_rate.c %D%/intake_formula_tell.c %D%/intake_formula_words.c \
	%D%/intake_convert.c %D%/intake_units.c %D%/intake_units.h %D%/intake_units_more.c \
	%D%/intake_checklist.c %D%/intake_counter.c %D%/intake_timer.c \
	%D%/intake_form.c %D%/intake_letters.c %D%/intake_letters.h %D%/intake_textop.c \
	%D%/intake_answer.c %D%/intake_delivery.c %D%/intake_refuse.c %D%/intake_scope.c
