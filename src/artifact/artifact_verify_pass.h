/*
 * The stages of a verification: what each child is told, and what its end
 * means. Shared by the two halves of the pass.
 */
#pragma once
#include "artifact/artifact.h"
#include "reap/reap.h"

struct verifying {
	struct arena *a; /* of the job */
	struct run_lease lease;
	const char *tree, *base, *build_log;
	const char *answer; /* the last line of a child */
	size_t said;        /* bytes a program has printed */
	bool rebuilt;
	struct verify_report report; /* of the scan, with what came later */
};

/* Describe the next child; the page and the program answer 0 when there is
 * nothing to do. */
int artifact_verify_scan(struct work *w, struct job *j, struct verifying *v, struct sandbox *s);
int artifact_verify_page(struct work *w, struct job *j, struct verifying *v, struct sandbox *s);
int artifact_verify_program(struct work *w, struct verifying *v, const char *option, struct sandbox *s);
int artifact_verify_rebuild(struct work *w, struct job *j, struct verifying *v, struct sandbox *s);

/* What a child's end says; -1 with the report's code set when it is a no. */
int artifact_verify_report(struct work *w, struct verifying *v, int status, const char *log);
int artifact_verify_ran(struct work *w, struct verifying *v, int status, const char *log);
int artifact_verify_compare(struct work *w, struct verifying *v, int status, const char *log);
int artifact_verify_says_no(struct work *w, struct verifying *v, enum verify_code code,
		      const char *reason);
