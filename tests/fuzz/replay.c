/*
 * Feeds every file named in the arguments, and every file of the folders named
 * there, to a fuzz target: so the saved corpus runs where there is no fuzzer.
 */
#include "config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int replay_file(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	uint8_t *exact;
	size_t n;

	if (f == NULL) {
		perror(path);
		return -1;
	}
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	/* A piece of exactly this size, so that a sanitizer sees a read behind it. */
	if ((exact = malloc(n ? n : 1)) == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		exact[i] = bytes[i];
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 1;
}

static int replay_folder(const char *path, DIR *dir)
{
	const struct dirent *d;
	int files = 0;

	while ((d = readdir(dir)) != NULL) {
		char name[4096];

		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, d->d_name);
		if (replay_file(name) < 0)
			return -1;
		files++;
	}
	return files;
}

int main(int argc, char **argv)
{
	int files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		int n = dir == NULL ? replay_file(argv[i]) : replay_folder(argv[i], dir);

		if (dir != NULL)
			closedir(dir);
		if (n < 0)
			return 1;
		files += n;
	}
	printf("%d files\n", files);
	return files > 0 ? 0 : 1;
}
