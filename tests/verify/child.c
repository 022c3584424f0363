#include "config.h"

#include "verify/verify.h"

/* The child as a program of its own, to be run in the sandbox. */
int main(void)
{
	return verify_child();
}
