def pytest_configure(config):
    config.addinivalue_line("markers", "xdist_group(name): known without pytest-xdist as well")
