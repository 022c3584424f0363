/*
 * Otp: one-time passwords from a shared key (RFC 4226, RFC 6238; OpenSSL).
 *
 * HMAC-SHA-1, because that is what every authenticator program can do; the
 * collisions of SHA-1 do not touch it.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define OTP_KEY_BYTES 20
#define OTP_DIGITS 6
#define OTP_STEP_S 30

/* The password of a counter (RFC 4226, 5.3): `digits`, at most 8, and a NUL. */
void otp_at(const void *key, size_t n, int64_t counter, int digits, char *to);

/* The time step (RFC 6238, 4.2) whose password `text` is, of OTP_DIGITS: that of
 * `now_s` (seconds since 1970) or one beside it, and later than `last`, so that
 * each is good once. -1 when it is none. All are looked at whichever it is. */
int64_t otp_step(const void *key, size_t n, const char *text, int64_t now_s, int64_t last);
