/*
 * Sniff: what bytes look like, by libmagic. A second opinion only: names are
 * judged by an allow-list first, and `GIF89a<script>` is a GIF to libmagic.
 */
#pragma once
#include <stddef.h>

/* The MIME type of the first bytes ("application/octet-stream" when unknown).
 * The text is valid until the next call. The database is loaded once. */
const char *sniff_mime(const void *p, size_t n);
