#include "config.h"

#include "web/shared.h"
#include "base/check.h"

#include <stddef.h>
#include <sys/mman.h>

struct shared *shared_new(void)
{
	void *p = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	return p;
}

/* There is one writer of hints: the listener. */
void shared_hint(struct shared *s, int64_t subject)
{
	uint64_t n = atomic_load_explicit(&s->hints_n, memory_order_relaxed);

	atomic_store_explicit(&s->hints[n % SHARED_HINTS], subject, memory_order_relaxed);
	atomic_store_explicit(&s->hints_n, n + 1, memory_order_release);
}

int64_t shared_next(struct shared *s, uint64_t *at)
{
	uint64_t n = atomic_load_explicit(&s->hints_n, memory_order_acquire);
	int64_t subject;

	if (*at == n)
		return 0;
	subject = atomic_load_explicit(&s->hints[*at % SHARED_HINTS], memory_order_relaxed);
	n = atomic_load_explicit(&s->hints_n, memory_order_acquire);
	if (n - *at >= SHARED_HINTS) { /* it may have been overwritten while we read */
		*at = n;
		return -1;
	}
	++*at;
	return subject;
}
