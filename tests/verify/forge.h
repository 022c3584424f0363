/*
 * Forge: small files of foreign formats, and ways to wrap bytes.
 */
#pragma once
#include "base/buf.h"

#include <stdint.h>

struct bytes {
	const unsigned char *p;
	size_t n;
};

struct bytes forge_text(const char *s);

/* Programs with `content` among their read-only data; the last argument names
 * one more section ("" for none). */
struct bytes forge_elf(struct arena *a, int machine, struct bytes content, const char *section);
struct bytes forge_macho(struct arena *a, struct bytes content, const char *segment);
struct bytes forge_pe(struct arena *a, struct bytes content, const char *section);
struct bytes forge_wasm(struct arena *a, struct bytes content, const char *custom);

/* Media; `content` stands in a comment or text chunk. */
struct bytes forge_png(struct arena *a, struct bytes content);
struct bytes forge_gif(struct arena *a);
struct bytes forge_jpeg(struct arena *a);
struct bytes forge_ico(struct arena *a);
struct bytes forge_woff2(struct arena *a);

/* Archives that hold one file `name` with `content`. */
struct bytes forge_zip(struct arena *a, const char *name, struct bytes content);
struct bytes forge_tar(struct arena *a, const char *name, struct bytes content, bool old);

struct bytes forge_join(struct arena *a, struct bytes x, struct bytes y);

/*
 * Wrap bytes, one letter after the other: g gzip, z zlib, d raw deflate,
 * b base64, u base64 for addresses, l base64 in lines, s base64 as joined
 * strings, h hexadecimal, w UTF-16 little-endian, W big-endian, r reversed,
 * p percent-encoded, e entities, j JSON string, x \x escapes, n decimal list,
 * 0 list of 0x numbers, c capitals, k made unreadable.
 */
struct bytes forge_wrap(struct arena *a, struct bytes b, const char *how);
