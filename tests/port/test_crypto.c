#include "config.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"
#include "port/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *a;
static char dir[] = "/tmp/bus-port-XXXXXX";

static int setup(void **state)
{
	(void)state;
	a = arena_new(64u << 20);
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct err e = {0};
	int rc = file_remove_tree(dir, &e);

	(void)state;
	arena_free(a);
	return rc;
}

static const char *in_dir(const char *name)
{
	return arena_printf(a, "%s/%s", dir, name);
}

/* FIPS 180-4 and RFC 4231. */
static void published_vectors(void **state)
{
	unsigned char mac[32], key[20];
	struct sha256 *h = sha256_new(a);

	(void)state;
	assert_string_equal(crypto_sha256_hex(a, "abc", 3),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(crypto_sha256_hex(a, "", 0),
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_add(h, "a", 1);
	sha256_add(h, "", 0);
	sha256_add(h, "bc", 2);
	sha256_end(h, mac);
	assert_string_equal(str_hex(a, mac, 32),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	memset(key, 0x0b, sizeof(key));
	crypto_hmac(key, sizeof(key), "Hi There", 8, mac);
	assert_string_equal(str_hex(a, mac, 32),
			    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_true(crypto_equal("same", "same", 4));
	assert_false(crypto_equal("same", "sane", 4));
}

/* PBKDF2-HMAC-SHA256 with 20000 rounds, as another implementation has it. */
static void a_short_secret_is_stretched(void **state)
{
	static const unsigned char want[] = {
		0x9b, 0x0e, 0x91, 0x2e, 0xad, 0xeb, 0x13, 0xd1, 0x2a, 0x95, 0x01, 0xde, 0x5d, 0x6a, 0x1a,
		0xaa, 0x4b, 0x67, 0xf0, 0x3b, 0x48, 0x52, 0xd5, 0x27, 0x5f, 0x55, 0xc3, 0xda, 0x5f, 0x32,
		0x6a, 0xb1};
	unsigned char salt[32], have[SHA256_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (unsigned char)i;
	crypto_stretch("12345678", salt, have);
	assert_memory_equal(have, want, sizeof(want));
	salt[31]++;
	crypto_stretch("12345678", salt, have);
	assert_memory_not_equal(have, want, sizeof(want));
}

static void a_seal_opens_only_whole(void **state)
{
	unsigned char key[32] = {1}, other[32] = {2}, sealed[64], plain[64];
	const size_t n = 20 + SEAL_EXTRA;

	(void)state;
	crypto_seal(key, "twenty characters!!!", 20, sealed);
	assert_int_equal(crypto_open(key, sealed, n, plain), 20);
	assert_memory_equal(plain, "twenty characters!!!", 20);
	assert_int_equal(crypto_open(other, sealed, n, plain), -1);
	for (size_t i = 0; i < n; i++) {
		sealed[i] ^= 1;
		assert_int_equal(crypto_open(key, sealed, n, plain), -1);
		sealed[i] ^= 1;
		assert_int_equal(crypto_open(key, sealed, i, plain), -1);
	}
}

/* RFC 8037, appendix A: the key, its thumbprint. */
static void names(void **state)
{
	static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
				  "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
				  "-----END PUBLIC KEY-----\n";
	struct err e = {0};
	struct key *k;

	(void)state;
	assert_int_equal(file_write(in_dir("rfc.pub"), pem, strlen(pem), 0644, &e), 0);
	k = key_read_public(in_dir("rfc.pub"), &e);
	assert_non_null(k);
	assert_string_equal(key_id(a, k), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
	assert_string_equal(key_jwk(a, k),
			    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
			    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
			    "\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\","
			    "\"use\":\"sig\",\"alg\":\"EdDSA\"}");
	key_free(k);
}

/* RFC 8032 §7.1, test 2. */
static void signatures(void **state)
{
	static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
				  "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
				  "-----END PRIVATE KEY-----\n";
	struct err e = {0};
	struct key *k;
	unsigned char sig[64], raw[32];
	const char *pem_before;
	struct stat st;

	(void)state;
	assert_int_equal(file_write(in_dir("k.pem"), pem, strlen(pem), 0600, &e), 0);
	k = key_read(in_dir("k.pem"), &e);
	assert_non_null(k);
	key_public_raw(k, raw);
	assert_string_equal(str_hex(a, raw, 32),
			    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
	key_sign(k, "\x72", 1, sig);
	assert_string_equal(str_hex(a, sig, 64),
			    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
			    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	assert_true(key_verify(k, "\x72", 1, sig, 64));
	sig[5] ^= 1;
	assert_false(key_verify(k, "\x72", 1, sig, 64));
	assert_false(key_verify(k, "\x72", 1, sig, 63));
	key_free(k);
	assert_int_equal(key_make(in_dir("new.pem"), &e), 0);
	assert_int_equal(stat(in_dir("new.pem"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	k = key_read(in_dir("new.pem"), &e);
	pem_before = key_public_pem(a, k);
	key_free(k);
	assert_int_equal(key_make(in_dir("new.pem"), &e), 0);
	assert_null(key_read(in_dir("none.pem"), &e));
	err_clear(&e);
	assert_int_equal(file_write(in_dir("bad.pem"), "-----BEGIN", 10, 0600, &e), 0);
	assert_null(key_read(in_dir("bad.pem"), &e));
	err_clear(&e);
	k = key_read(in_dir("new.pem"), &e);
	assert_non_null(k);
	assert_string_equal(key_public_pem(a, k), pem_before);
	assert_int_equal(strlen(key_id(a, k)), 43);
	assert_int_equal(file_write(in_dir("new.pub"), key_public_pem(a, k), strlen(key_public_pem(a, k)),
				    0644, &e), 0);
	key_sign(k, "text", 4, sig);
	key_free(k);
	k = key_read_public(in_dir("new.pub"), &e);
	assert_non_null(k);
	assert_true(key_verify(k, "text", 4, sig, 64));
	assert_false(key_verify(k, "tex", 3, sig, 64));
	key_free(k);
	k = key_read_pair(in_dir("new.pem"), in_dir("new.pub"), &e);
	assert_non_null(k);
	key_free(k);
	assert_null(key_read_pair(in_dir("k.pem"), in_dir("new.pub"), &e));
	assert_int_equal(e.id, E_INVALID);
}

/* ---- files */

static void nothing_outside_a_folder_is_opened(void **state)
{
	static const char *const bad[] = {"../secret", "/etc/passwd", "in/../../secret", "link", "folder/link/x",
					  "folder", "", ".", "..", "hard", "none", "fifo", "in/../in/../ok/x"};
	struct err e = {0};
	int at, fd;

	(void)state;
	assert_int_equal(file_mkdirs(in_dir("root/folder"), 0755, &e), 0);
	assert_int_equal(file_write(in_dir("secret"), "s", 1, 0600, &e), 0);
	assert_int_equal(file_write(in_dir("root/good"), "g", 1, 0644, &e), 0);
	assert_int_equal(symlink("../secret", in_dir("root/link")), 0);
	assert_int_equal(symlink("../..", in_dir("root/folder/link")), 0);
	assert_int_equal(link(in_dir("secret"), in_dir("root/hard")), 0);
	assert_int_equal(mkfifo(in_dir("root/fifo"), 0600), 0);
	at = open(in_dir("root"), O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < COUNT(bad); i++) {
		err_clear(&e);
		fd = file_open_beneath(at, bad[i], &e);
		if (fd >= 0)
			print_error("opened: %s\n", bad[i]);
		assert_int_equal(fd, -1);
	}
	err_clear(&e);
	fd = file_open_beneath(at, "good", &e);
	assert_true(fd >= 0);
	close(fd);
	close(at);
}

static int count(void *ctx, const char *path, bool special)
{
	buf_printf(ctx, "%s%s ", path, special ? "!" : "");
	return 0;
}

static void a_tree_is_walked_in_order_and_removed_whole(void **state)
{
	struct err e = {0};
	struct buf b;

	(void)state;
	assert_int_equal(file_mkdirs(in_dir("t/b/c"), 0755, &e), 0);
	assert_int_equal(file_write(in_dir("t/b/c/2"), "22", 2, 0644, &e), 0);
	assert_int_equal(file_write(in_dir("t/a"), "1", 1, 0644, &e), 0);
	assert_int_equal(file_write(in_dir("kept"), "1", 1, 0644, &e), 0);
	assert_int_equal(symlink(in_dir("kept"), in_dir("t/z")), 0);
	buf_init(&b, a, 1000);
	assert_int_equal(file_walk(in_dir("t"), 10, count, &b, &e), 0);
	assert_string_equal(buf_str(&b), "a b/c/2 z! ");
	assert_int_equal(file_walk(in_dir("t"), 2, count, &b, &e), -1);
	err_clear(&e);
	assert_int_equal(file_remove_tree(in_dir("t"), &e), 0);
	assert_false(file_exists(in_dir("t")));
	assert_true(file_exists(in_dir("kept")));
	assert_null(file_read(a, in_dir("kept"), 0, NULL, &e));
}

/* ---- streams */

static void a_bomb_stops_at_the_ceiling(void **state)
{
	char *zeros = arena_alloc(a, 4u << 20);
	struct buf packed, to;

	(void)state;
	buf_init(&packed, a, 1u << 20);
	pack_gzip(zeros, 4u << 20, &packed);
	assert_true(packed.n < 10000);
	buf_init(&to, a, 1u << 20);
	assert_int_equal(pack_inflate(PACK_GZIP, packed.p, packed.n, &to), 0);
	assert_true(to.over);
	buf_init(&to, a, 5u << 20);
	assert_int_equal(pack_inflate(PACK_GZIP, packed.p, packed.n, &to), packed.n);
	assert_int_equal(to.n, 4u << 20);
	buf_init(&packed, a, 1000);
	pack_gzip("words and words and words", 25, &packed);
	for (size_t i = 0; i < packed.n; i++) {
		buf_init(&to, a, 1000);
		assert_int_equal(pack_inflate(PACK_GZIP, packed.p, i, &to), 0);
	}
	assert_int_equal(pack_inflate(PACK_ZLIB, packed.p, packed.n, &to), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(published_vectors),
		T(a_short_secret_is_stretched), T(a_seal_opens_only_whole), T(names), T(signatures),
		T(nothing_outside_a_folder_is_opened), T(a_tree_is_walked_in_order_and_removed_whole),
		T(a_bomb_stops_at_the_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
