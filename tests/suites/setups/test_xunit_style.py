from conftest import spend


def setup_module():
    spend(40)


def teardown_module():
    spend(30)


def setup_function():
    spend(10)


def test_function():
    pass


class TestClass:
    @classmethod
    def setup_class(cls):
        spend(20)

    @classmethod
    def teardown_class(cls):
        spend(10)

    def setup_method(self):
        spend(10)

    def test_first(self):
        pass

    def test_second(self):
        pass
