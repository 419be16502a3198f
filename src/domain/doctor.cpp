#include "advisor/domain/doctor.hpp"

#include <algorithm>

#include "domain/names.hpp"

namespace advisor {

namespace {

constexpr std::array<std::string_view, 3> k_healths{"pass", "warn", "fail"};

}  // namespace

Health worst(const DoctorReport& report) {
    Health health = Health::pass;
    for (const Check& check : report.checks) {
        health = std::max(health, check.health);
    }
    return health;
}

std::string_view name_of(Health health) {
    return name_in(k_healths, health);
}

std::optional<Health> health_named(std::string_view name) {
    return value_in<Health>(k_healths, name);
}

}  // namespace advisor
