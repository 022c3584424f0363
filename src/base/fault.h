/*
 * Fault: named points where a test may kill, fail or stop the process.
 *
 * In the shipped build a point is nothing. With --enable-fault the variable
 * BUS_FAULT="name:n:kill" acts the n-th time that point is reached: `kill`
 * ends the process like SIGKILL, `err` makes fault_fails() true once. With
 * BUS_FAULT_FILE=file arms a running stack: a file that holds "name:kill" acts
 * once, in the process that comes there first, and is gone then.
 * BUS_FAULT_LOG=file each point writes its name, so that a driver can list
 * them.
 */
#pragma once
#include "config.h"

#include <stdbool.h>

#ifdef BUS_FAULT
void fault_point(const char *name);
bool fault_fails(const char *name);
#else
#define fault_point(name) ((void)0)
#define fault_fails(name) false
#endif
