def pytest_make_parametrize_id(config, val, argname):
    return val if isinstance(val, str) and argname == "raw" else None
