"""A plugin with an automatic module fixture that takes as long as the environment says."""

from __future__ import annotations

import os
import time

import pytest


@pytest.fixture(scope="module", autouse=True)
def slow_module() -> None:
    time.sleep(float(os.environ["SLOW_MODULE_S"]))
