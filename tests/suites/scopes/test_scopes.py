import pytest
from conftest import spend


@pytest.fixture(scope="module")
def overridden(overridden):
    spend(5)
    return overridden + "+module"


def test_first(module_wide):
    spend(10)


def test_second(module_wide, session_wide):
    spend(10)


class TestClass:
    def test_in_class(self, class_wide):
        spend(10)

    def test_again(self, class_wide, narrow):
        spend(10)


def test_parametrised(parametrised):
    spend(5)


def test_parametrised_too(parametrised):
    spend(5)


def test_override(overridden):
    assert overridden == "base+module"


def test_dynamic(request):
    assert request.getfixturevalue("dynamic_outer") == "inner"


def test_dynamic_again(request):
    assert request.getfixturevalue("dynamic_outer") == "inner"


def test_without_fixtures():
    spend(10)
