/*
 * Inside of the room: files of the tree, opened once and read whole.
 */
#pragma once
#include "verify/verify_int.h"

#define VERIFY_MANIFEST_MAX (128u << 10) /* bytes of a manifest */

struct verify_file {
	const unsigned char *p;
	size_t n;
	const char *sha256;
};

/* Read a regular file with a single name below `dir`, 1 to max bytes, through
 * one descriptor. VERIFY_OK, or the code and why in `e`. */
enum verify_code verify_file_read(struct arena *a, int dir, const char *path, size_t max,
				  struct verify_file *ret, struct err *e);

/* The same for a row of the manifest, whose size and checksum must hold. */
enum verify_code verify_entry_read(struct arena *a, int dir, const struct verify_entry *t,
				   size_t max, struct verify_file *ret, struct err *e);

/* The manifest of a job without evidence and logs, which no customer gets. */
enum verify_code verify_job_manifest(struct arena *a, int dir, const struct verify_job *j,
				     struct verify_manifest *ret, size_t *ret_skipped,
				     struct err *e);

/* The row of the page to open, or NULL with why. */
const struct verify_entry *verify_entry_page(const struct verify_manifest *m, const char **ret_why);
