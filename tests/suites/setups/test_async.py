def test_first(async_wide):
    assert async_wide == "ready"


def test_second(async_wide):
    assert async_wide == "ready"
