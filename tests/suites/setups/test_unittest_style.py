import unittest

from conftest import spend


def setUpModule():
    spend(40)


def tearDownModule():
    spend(30)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        spend(20)

    @classmethod
    def tearDownClass(cls):
        spend(10)

    def setUp(self):
        spend(10)

    def test_first(self):
        pass

    def test_second(self):
        pass
