/*
 * Inside of the room: what a page shows and what it asks for. Not a browser's
 * parser, but one that reads on through anything.
 */
#pragma once
#include "verify/verify_int.h"

#define VERIFY_REFS 256

struct verify_ref {
	const char *tag; /* "script", "img", "a", … */
	const char *url; /* as meant: entities undone */
	bool follows;    /* a link for a person; the others are fetched with the page */
};

struct verify_text {
	const char *title; /* "" when there is none */
	size_t visible;    /* characters outside of tags, scripts and styles that are no blanks */
	bool waits;        /* <html data-ready="false"> */
	bool ready;        /* <html data-ready="true"> */
	bool based;        /* a base element: references mean something else */
	bool more_refs;    /* than fit */
	size_t refs_n;
	struct verify_ref refs[VERIFY_REFS];
};

void verify_html_read(struct arena *a, const char *html, size_t n, struct verify_text *ret);

enum verify_ref_kind { VERIFY_REF_LOCAL, VERIFY_REF_FOREIGN, VERIFY_REF_INLINE };

/* Where a reference leads. A local one sets *ret_name to the name of the file
 * as seen from the page `from`, or to NULL when it leaves the site. */
enum verify_ref_kind verify_ref_of(struct arena *a, const char *from, const char *url,
				   const char **ret_name);
