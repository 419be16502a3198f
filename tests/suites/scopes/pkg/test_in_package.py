def test_package(package_wide):
    assert package_wide == "package"


def test_package_again(package_wide, module_wide):
    assert module_wide == "module"
