#include "config.h"

#include "intake/intake_talk.h"
#include "base/check.h"

#include <string.h>

/* In the order of spec_platforms. */
enum { LINUX_AMD64 = 1, LINUX_ARM64 = 2, DARWIN_ARM64 = 4, WINDOWS_AMD64 = 8 };

/* "Also for Windows" keeps what was to be delivered before. */
static bool says_more(const struct intake_text *t)
{
	static const char *const words[] = {"also", "too", "both", "additionally", "plus", "well"};

	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < COUNT(words); k++)
			if (intake_is(t, i, words[k]))
				return true;
	return intake_at(t, SIGN_ADD, 0) > 0;
}

/* "Windows" alone is a platform when it is all that is said. */
static bool only_windows(const struct intake_text *t)
{
	size_t i = intake_find(t, SIGN_BARE_PLATFORM, 0);

	return intake_has(t, SIGN_BARE_PLATFORM) && intake_is_small(t, 0, i) &&
	       intake_is_small(t, i + 1, t->n);
}

static unsigned platforms(const struct intake_text *t)
{
	unsigned set = 0;

	if (intake_has(t, SIGN_WINDOWS) || only_windows(t))
		set |= WINDOWS_AMD64;
	if (intake_has(t, SIGN_MAC))
		set |= DARWIN_ARM64;
	if (intake_has(t, SIGN_ARM))
		set |= LINUX_ARM64;
	if (intake_has(t, SIGN_LINUX) && !intake_has(t, SIGN_ARM))
		set |= LINUX_AMD64;
	return set;
}

bool intake_hear_delivery(const struct intake_text *t, bool first, struct intake_delivery *d)
{
	bool web = intake_has(t, SIGN_WEB), binary = intake_has(t, SIGN_BINARY);
	unsigned set = platforms(t);

	/* A web page that "works on Windows" is still only a web page. */
	if (web && !binary && intake_has(t, SIGN_WORKS_ON))
		set = 0;
	binary = binary || set != 0 || (!web && intake_has(t, SIGN_DOWNLOAD));
	if (!web && !binary)
		return false;
	if (first || !says_more(t) || (web && binary))
		*d = (struct intake_delivery){
			.web = web, .binary = binary, .intel_mac = d->intel_mac};
	else if (!d->web && !d->binary)
		d->web = true;
	d->web = d->web || web;
	d->binary = d->binary || binary;
	d->platforms |= set;
	d->intel_mac = d->intel_mac || intake_has(t, SIGN_INTEL_MAC);
	return true;
}

void intake_settle_delivery(const struct intake_delivery *d, struct intake *in)
{
	in->artifact = d->binary ? d->web ? SPEC_BOTH : SPEC_BINARY : SPEC_WEB;
	for (int i = 0; in->artifact_type != NULL && i < SPEC_ARTIFACTS; i++)
		if (strcmp(in->artifact_type, spec_artifact_names[i]) == 0)
			in->artifact = (enum spec_artifact)i;
	in->platforms_n = 0;
	for (size_t i = 0; in->artifact != SPEC_WEB && i < SPEC_PLATFORMS; i++)
		if (d->platforms >> i & 1)
			in->platforms[in->platforms_n++] = spec_platforms[i];
	if (in->artifact != SPEC_WEB && in->platforms_n == 0)
		in->platforms[in->platforms_n++] = spec_platforms[0];
}
