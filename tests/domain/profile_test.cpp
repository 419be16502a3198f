#include "advisor/domain/profile.hpp"

#include <doctest/doctest.h>

using namespace advisor;
using namespace advisor::literals;

namespace {

Cost cost(Seconds wall, Seconds cpu, Measured<Seconds> wait) {
    Cost result;
    result.wall = wall;
    result.cpu_user = cpu;
    result.core_wait = wait;
    return result;
}

}  // namespace

TEST_CASE("blocked time is wall less CPU less waiting for a core") {
    CHECK(cost(1.0_s, 0.25_s, {0.25_s, Source::measured}).idle() == 0.5_s);
    CHECK(cost(1.0_s, 0.25_s, {0.25_s, Source::measured}).blocked().value() == 0.5_s);
    CHECK(cost(1.0_s, 0.25_s, {}).idle() == 0.75_s);
    CHECK_FALSE(cost(1.0_s, 0.25_s, {}).blocked().has_value());
    CHECK(cost(1.0_s, 1.25_s, {}).idle() == 0_s);
}

TEST_CASE("a sum with a part that was not measured is not measured") {
    const Cost known = cost(1_s, 1_s, {0.1_s, Source::measured});
    const Cost unknown = cost(1_s, 1_s, {});
    CHECK((known + known).core_wait.value() == 0.2_s);
    CHECK_FALSE((known + unknown).core_wait.has_value());
}

TEST_CASE("taking a fixture out of a phase never leaves less than nothing") {
    const Cost rest = without(cost(1_s, 0.5_s, {}), cost(2_s, 0.25_s, {}));
    CHECK(rest.wall == 0_s);
    CHECK(rest.cpu() == 0.25_s);
}

TEST_CASE("a fixture is told by its name and who defines it, or by what pytest made it of") {
    const auto title = [](const char* name, const char* base_id) {
        return FixtureDefinition{name, Scope::module, base_id}.title();
    };
    CHECK(title("db", "tests") == "db in tests");
    CHECK(title("db", "") == "db");
    CHECK(
        title("_xunit_setup_module_fixture_tests.a", "tests/a.py") == "setup_module() in tests/a.py"
    );
    CHECK(title("_unittest_setUpClass_fixture_T", "a.py::T") == "setUpClass() in a.py::T");
    CHECK(title("_fixture_", "a.py") == "_fixture_ in a.py");
    CHECK(title("_xunit_of_mine", "a.py") == "_xunit_of_mine in a.py");
}

TEST_CASE("usable cores are the least of affinity and quota") {
    Host host;
    host.cores_allowed = 4;
    CHECK(host.usable_cores() == doctest::Approx(4));
    host.cpu_quota = {1.5, Source::measured};
    CHECK(host.usable_cores() == doctest::Approx(1.5));
    host.cpu_quota = {16, Source::measured};
    CHECK(host.usable_cores() == doctest::Approx(4));
}

TEST_CASE("names of enumerators round-trip") {
    CHECK(test_outcome_named(name_of(TestOutcome::interrupted)) == TestOutcome::interrupted);
    CHECK(scope_named(name_of(Scope::class_)) == Scope::class_);
    CHECK_FALSE(scope_named("galaxy").has_value());
}
