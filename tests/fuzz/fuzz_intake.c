/* Messages separated by a 0x1e byte, every second one the system's: any verdict
 * is fine, but never two questions, and what is ready is a spec. */
#include "config.h"

#include "intake/intake.h"
#include "base/check.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_ready(struct arena *a, const struct intake *in)
{
	const char *json = spec_write(a, &in->spec);
	struct spec again;
	struct err e = {0};

	check(spec_read(a, json, strlen(json), &again, &e) == 0);
	check(strcmp(json, spec_write(a, &again)) == 0);
	check(in->features[2] != NULL && in->not_included[1] != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(256u << 20);
	char *text = arena_strndup(a, (const char *)data, n), *next;
	struct intake_message messages[16];
	struct intake in = {.messages = messages};
	bool asked = false;

	for (; text != NULL && in.messages_n < 16; text = next) {
		next = strchr(text, 0x1e);
		if (next != NULL)
			*next++ = '\0';
		messages[in.messages_n++] = (struct intake_message){true, text};
		in = (struct intake){.messages = messages, .messages_n = in.messages_n};
		intake_think(a, &in);
		check(in.verdict != INTAKE_ASK || !asked);
		if (in.verdict == INTAKE_READY)
			check_ready(a, &in);
		asked = asked || in.verdict == INTAKE_ASK;
		messages[in.messages_n++] = (struct intake_message){
			false, in.verdict == INTAKE_ASK ? in.question : "Here it is."};
	}
	arena_free(a);
	return 0;
}
