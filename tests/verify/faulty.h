/*
 * Faulty: system calls that fail when a test says so (link-time wraps).
 */
#pragma once

/* After `skip` good calls the next call of that name fails once with `error`.
 * For fstat an error of -1 or 1 makes the size that much smaller or larger
 * instead. Children inherit what is armed. openat only for names with ".go". */
void faulty_arm(const char *call, int error, int skip);
void faulty_disarm(void);
