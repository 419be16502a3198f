import unittest


def setup_module():
    pass


def teardown_module():
    pass


class TestXunit:
    @classmethod
    def setup_class(cls):
        cls.ready = True

    def setup_method(self):
        self.prepared = True

    def test_xunit(self):
        assert self.ready and self.prepared


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ready = True

    def setUp(self):
        self.prepared = True

    def test_case(self):
        self.assertTrue(self.ready and self.prepared)

    def test_sub_tests(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(number, 5)

    @unittest.skip("by unittest")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_expected_failure(self):
        self.fail()
