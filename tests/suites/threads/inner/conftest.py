def pytest_assertrepr_compare(left, right, op):
    return ["of the inner directory"] if left == "inner" else None
