/*
 * File: files and folders, each read bounded, each write whole or not at all.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The content of a file of at most `max` bytes, NUL-terminated. NULL on error. */
char *file_read(struct arena *a, const char *path, size_t max, size_t *ret_n, struct err *e);

/* Replace or create: a temporary file, synced, renamed. */
int file_write(const char *path, const void *p, size_t n, mode_t mode, struct err *e);

/* Write only when the content differs. */
int file_update(const char *path, const char *text, mode_t mode, struct err *e);

/* Whoever reads the file `as` reads `path`: the same owner, group and mode. */
int file_same_owner(const char *path, const char *as, struct err *e);

/* Make a folder and what is missing above it. */
int file_mkdirs(const char *path, mode_t mode, struct err *e);

/* Remove a file or a folder with all it holds; links are not followed. */
int file_remove_tree(const char *path, struct err *e);

bool file_exists(const char *path);

/* Open a file below the folder `dir` for reading. The path is relative; no
 * link is followed, nothing outside is reached (openat2), and only a regular
 * file with a single name is accepted. -1: E_INVALID says why. */
int file_open_beneath(int dir, const char *path, struct err *e);

/* Bytes held by a folder, links not followed; stops counting past `max`. */
int64_t file_usage(const char *path, int64_t max);

/* Call fn for each regular file and each other entry below a folder, with its
 * path relative to it, sorted by name. `special` is true for what is neither
 * file nor folder. Stops at a result other than 0 and returns it; -1 also for
 * more than `max` entries or a depth over 32. */
int file_walk(const char *path, size_t max, int (*fn)(void *ctx, const char *path, bool special),
	      void *ctx, struct err *e);
