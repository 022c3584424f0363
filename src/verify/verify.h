/*
 * Verify: the gate between what a worker made and what a customer may have.
 *
 * Everything that reads a worker's bytes runs in a sandboxed child of its own:
 *
 *   scan   manifest, files, our own checksums, source exclusion; runs nothing
 *          of the artifact, so nothing of it can reach this process
 *   page   serves a web artifact on the sandbox's loopback, requests it and,
 *          where a browser is configured, renders it
 *
 * A binary is started by the supervisor directly in a sandbox of its own (not
 * here), so that it shares a process tree with no judge. A child gets a job as
 * JSON on standard input and answers with a report as JSON on standard output.
 *
 * Honest limit: a worker that wants to smuggle source out can encode it so
 * that no scan finds it. The gate stops accidents and lazy leaks; that a
 * worker holds nothing but the template and this customer's own request
 * bounds the harm.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define VERIFY_ENTRIES 64
#define VERIFY_NEEDLES 32
#define VERIFY_FILE_MAX (256ll << 20)   /* bytes of one artifact */
#define VERIFY_TOTAL_MAX (1024ll << 20) /* bytes of all */

/* One file of the manifest. The worker claims, the scan fills in what is so. */
struct verify_entry {
	const char *artifact_id; /* the worker's name for it: [a-z0-9][a-z0-9-]{0,39} */
	const char *kind;        /* "web", "binary", "archive", "evidence" or "log" */
	const char *name;        /* file name for the customer; a web file may stand in folders */
	const char *path;        /* below the tree; internal */
	const char *sha256;      /* lower-case hexadecimal */
	int64_t size;
	const char *platform;   /* "" or "linux-amd64", … */
	const char *entrypoint; /* "" or the name of the page or program to open */
	const char *mime;       /* by our allow-list; set by the scan */
};

struct verify_manifest {
	size_t n;
	struct verify_entry entries[VERIFY_ENTRIES];
};

/* Read a manifest (template/MANIFEST.md): bounded, every field checked by
 * shape, names unique without regard to case. E_INVALID says what is wrong. */
int verify_manifest_read(struct arena *a, const char *text, size_t n,
			 struct verify_manifest *ret, struct err *e);

/* May a customer's file be called so? Relative, no "..", no hidden, device or
 * source name, no trailing dot or blank, portable characters. `web` allows
 * folders. NULL when fine, else why not. */
const char *verify_name_problem(const char *name, bool web);

/* The MIME type that a web file is served with, or NULL when its extension is
 * not one that may be served. */
const char *verify_mime(const char *name);

enum verify_code {
	VERIFY_OK,
#define VERIFY(id, name, sentence) id,
#include "verify/verify.def"
#undef VERIFY
	VERIFY_CODES
};

/* "leak_source_map" and the sentence a customer may read about it. */
const char *verify_code_name(enum verify_code c);
const char *verify_code_sentence(enum verify_code c);
enum verify_code verify_code_of(const char *name); /* unknown: VERIFY_BROKEN */

struct verify_job {
	const char *mode;          /* "scan" or "page" */
	const char *tree;          /* folder of the worktree as seen in the sandbox */
	const char *manifest;      /* path of the manifest below the tree */
	const char *artifact_type; /* "web", "binary" or "both" */
	size_t platforms_n;
	const char *platforms[8];  /* every one must be there */
	size_t public_n;
	const char *public[16];    /* prefixes of paths of the tree whose content may appear in
				    * artifacts: page parts, what the customer wrote */
	size_t needles_n;
	struct verify_needle {     /* internal strings of 4 to 400 bytes that must not appear:
				    * paths, branch, hosts */
		const char *label, *text;
	} needles[VERIFY_NEEDLES];
	const char *browser;       /* page: path of a Chromium in the sandbox, or "" */
};

struct verify_report {
	enum verify_code code; /* VERIFY_OK, or the first that failed */
	const char *reason;    /* internal: which file, where, why */
	struct verify_manifest manifest; /* with our checksums, sizes and types */
	size_t checks_n;
	struct verify_check {  /* what was looked at, for the evidence */
		const char *name;
		bool ok;
		const char *detail;
	} checks[48];
};

const char *verify_job_write(struct arena *a, const struct verify_job *j);
int verify_job_read(struct arena *a, const char *text, size_t n, struct verify_job *ret,
		    struct err *e);
const char *verify_report_write(struct arena *a, const struct verify_report *r);
int verify_report_read(struct arena *a, const char *text, size_t n, struct verify_report *ret,
		       struct err *e);

/* The work of the child, by mode. Also called directly by tests. */
void verify_scan(struct arena *a, const struct verify_job *j, struct verify_report *ret);
void verify_page(struct arena *a, const struct verify_job *j, struct verify_report *ret);

/* main() of the child: job on standard input, report on standard output.
 * Returns an exit status: 0 when a report was written, whatever it says. */
int verify_child(void);
