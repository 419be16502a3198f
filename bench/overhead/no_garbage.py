"""Loaded where instructions are counted: a collection of all garbage costs as much as ten tests,
and is not left to chance."""

import gc

gc.disable()
