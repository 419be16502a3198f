#include <advisor/domain/host.hpp>

#include <doctest/doctest.h>

using namespace advisor;

namespace {

Disturbance pressed(Pressure machine, std::optional<Pressure> own) {
    Disturbance disturbance;
    disturbance.pressure = machine;
    disturbance.own_pressure = own;
    return disturbance;
}

}  // namespace

TEST_CASE("pressure disturbs where others and the run itself were stalled for the same") {
    const Pressure on_disk{0.0, 0.30, 0.0};
    CHECK(is_disturbed(pressed(on_disk, Pressure{0.0, 0.10, 0.0})));
    // 30 % of the time somebody was, and it was always the run itself.
    CHECK_FALSE(is_disturbed(pressed(on_disk, Pressure{0.0, 0.30, 0.0})));
    CHECK_FALSE(is_disturbed(pressed(on_disk, Pressure{0.0, 0.01, 0.0})));
    CHECK_FALSE(is_disturbed(pressed(on_disk, Pressure{0.0, 0.0, 0.10})));
    CHECK_FALSE(is_disturbed(pressed(on_disk, std::nullopt)));
    CHECK(is_disturbed(pressed({0.0, 0.0, 0.2}, Pressure{0.0, 0.0, 0.06})));
}

TEST_CASE("stalls for a core are told by foreign CPU, not by pressure") {
    Disturbance disturbance = pressed({0.9, 0.0, 0.0}, Pressure{0.5, 0.0, 0.0});
    CHECK_FALSE(is_disturbed(disturbance));
    CHECK(pressure_by_others(disturbance).cpu == doctest::Approx(0.4));
    disturbance.foreign_fraction = {0.06, Source::derived};
    CHECK(is_disturbed(disturbance));
}
