import pytest


@pytest.mark.xdist_group("outer")
class TestGrouped:
    @pytest.mark.xdist_group(name="inner")
    def test_two_groups(self):
        pass

    def test_outer_group(self):
        pass


@pytest.mark.xdist_group
def test_default_group():
    pass


def test_no_group():
    pass
