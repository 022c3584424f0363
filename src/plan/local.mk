noinst_LIBRARIES += libplan.a
libplan_a_SOURCES = %D%/plan.c %D%/plan.h
