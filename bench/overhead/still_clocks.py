"""Loaded where instructions are counted, so that every run has the same number of them.

The recorder reads all counters where time has passed, and valgrind makes everything take fifty
times as long: the clocks that it reads stand still. What stands in for one is a function in C, as
the clock is. A collection of all garbage costs as much as ten tests, and is not left to chance.
"""

import gc
import time

gc.disable()
time.clock_gettime_ns = {time.CLOCK_MONOTONIC: 0}.__getitem__
time.monotonic_ns = gc.isenabled  # it is not: 0
time.thread_time_ns = time.process_time_ns = int  # int() is 0
