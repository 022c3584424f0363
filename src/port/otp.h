/*
 * Otp: one-time passwords from a shared key (RFC 4226, RFC 6238; OpenSSL).
 *
 * HMAC-SHA-1, because that is what every authenticator program can do; the
 * collisions of SHA-1 do not touch it.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define OTP_KEY_BYTES 20
#define OTP_KEY_MAX 64
#define OTP_DIGITS 6
#define OTP_STEP_S 30

/* The password of a counter (RFC 4226, 5.3): `digits`, at most 8, and a NUL. */
void otp_at(const void *key, size_t n, int64_t counter, int digits, char *to);

/* The time step (RFC 6238, 4.2) whose password `text` is, of OTP_DIGITS: that of
 * `now_s` (seconds since 1970) or one beside it, and later than `last`, so that
 * each is good once. -1 when it is none. All are looked at whichever it is. */
int64_t otp_step(const void *key, size_t n, const char *text, int64_t now_s, int64_t last);

/* The key for people and their programs: base32 in capitals. */
char *otp_key_text(struct arena *a, const void *key, size_t n);

/* The same as an address that authenticators read (otpauth:, the Key Uri Format):
 * a key of `account` at `issuer`. */
char *otp_uri(struct arena *a, const char *issuer, const char *account, const char *key_text);

/* The key in a file, base32 on its first line: its bytes, OTP_KEY_BYTES or more. 0 where
 * there is no such file; -1: E_UNAVAILABLE, or E_INVALID for another content. */
int otp_key_read(struct arena *a, const char *path, unsigned char to[OTP_KEY_MAX], struct err *e);

/* Make such a file, of mode 0600, where there is none. */
int otp_key_make(struct arena *a, const char *path, struct err *e);
