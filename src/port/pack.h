/*
 * Pack: compressed streams and zip files (zlib).
 */
#pragma once
#include "base/buf.h"

#include <stdint.h>

enum pack_kind { PACK_GZIP, PACK_ZLIB, PACK_DEFLATE };

/* Inflate the stream that begins at `p` into `to`, whose ceiling bounds it.
 * Returns the compressed bytes used; 0 when it is not such a stream, is cut
 * short or does not fit (then to->over is set). */
size_t pack_inflate(enum pack_kind kind, const void *p, size_t n, struct buf *to);

/* Deflate as gzip, deterministic: no name, no time. */
void pack_gzip(const void *p, size_t n, struct buf *to);

/* A zip file of stored or deflated entries with fixed times, so that the same
 * files give the same bytes. pack_zip_end() writes the directory. */
struct zip;
struct zip *pack_zip_new(struct arena *a, struct buf *to);
void pack_zip_add(struct zip *z, const char *name, const void *p, size_t n);
void pack_zip_end(struct zip *z);
