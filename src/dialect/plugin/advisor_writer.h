/* What the hooks write with: the two functions of the same name that Python gets, from C. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Writes a point; `now` gets the time in ns. False with Python's error set. */
__attribute__((visibility("hidden"))) bool advisor_point(uint64_t what, uint64_t* now);
__attribute__((visibility("hidden"))) bool advisor_tell_reaped(void);
