"""One test of each outcome; the name says which."""

import pytest


@pytest.fixture
def broken():
    raise RuntimeError("set-up")


@pytest.fixture
def broken_later():
    yield
    raise RuntimeError("tear-down")


def test_passed():
    pass


def test_failed():
    raise AssertionError("call")


def test_failed_then_error(broken_later):
    raise AssertionError("call")


def test_skipped():
    pytest.skip("in the call")


@pytest.mark.skip(reason="by a mark")
def test_skipped_by_mark():
    pass


@pytest.mark.xfail
def test_xfailed():
    raise AssertionError("expected")


@pytest.mark.xfail(run=False)
def test_xfailed_not_run():
    raise AssertionError("expected")


def test_xfailed_in_call():
    pytest.xfail("in the call")


@pytest.mark.xfail
def test_xpassed():
    pass


@pytest.mark.xfail(strict=True)
def test_failed_xpass_strict():
    pass


def test_error_in_setup(broken):
    pass


def test_error_in_teardown(broken_later):
    pass


def test_failed_by_exit():
    raise SystemExit(0)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_passed_parametrised(number):
    assert number
