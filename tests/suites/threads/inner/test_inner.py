"""A package: its fixtures are its own, and so is how its assertions are explained."""

import pytest


@pytest.mark.parametrize("i", range(6))
def test_chain(of_function, i):
    of_function.check()


@pytest.mark.parametrize("i", range(3))
def test_is_explained_here(i):
    assert "inner" == i
