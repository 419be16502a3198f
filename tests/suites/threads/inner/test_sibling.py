import pytest


@pytest.mark.parametrize("i", range(4))
def test_chain(of_package, i):
    of_package.check()
