/*
 * Tree: a worker's folder in /tmp, with source, results and a manifest.
 *
 * Paths are below the tree; a row of the manifest takes size and checksum from
 * the file as it is then. Nothing here fails quietly: a false step aborts.
 */
#pragma once
#include "verify/verify.h"

struct tree {
	struct arena *a;
	char root[64];
	struct buf rows;
	struct verify_job job;
};

/* A tree with private source (src/calc.go, src/notes.md) and nothing else; a
 * web job without platforms. */
void tree_open(struct tree *t);
void tree_close(struct tree *t);

void tree_put(struct tree *t, const char *path, const void *p, size_t n);
void tree_puts(struct tree *t, const char *path, const char *text);
const char *tree_path(struct tree *t, const char *path); /* absolute */

/* A row; `platform` and `entrypoint` may be NULL. */
void tree_row(struct tree *t, const char *kind, const char *name, const char *path,
	      const char *platform, const char *entrypoint);

/* Write dist/manifest.json from the rows so far. */
void tree_manifest(struct tree *t);

/* manifest and scan. */
void tree_scan(struct tree *t, struct verify_report *ret);

/* The row of a check in a report; aborts when there is none. */
const struct verify_check *tree_check(const struct verify_report *r, const char *name);

/* The usual page, with `extra` before the end of its body. */
const char *tree_page(struct tree *t, const char *extra);

/* The same as dist/index.html with its row. */
void tree_put_page(struct tree *t);

/* Scan as it is and close: is the code that, and did that check fail (NULL: any
 * or none)? Says so when not. */
bool tree_gives(struct tree *t, const char *code, const char *check);

/* A web job of just that page, as dist/index.html. */
void tree_web(struct tree *t, const void *page, size_t n);

/* A binary job of just that program. */
void tree_binary(struct tree *t, const char *platform, const void *p, size_t n);

/* Does that end in a false check()? Tried in a child. */
bool tree_aborts(void (*fn)(void));

/* The private source that tree_open() put there. */
extern const char tree_source[], tree_notes[];
