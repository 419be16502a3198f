#pragma once

// Whether this machine, interpreter and suite are fit for what is recommended.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

enum class Health : std::uint8_t { pass, warn, fail };

struct Check {
    std::string code;     ///< stable, kebab-case: "xdist-installed"
    std::string subject;  ///< what was looked at: "pytest-xdist"
    Health health = Health::pass;
    std::string found;  ///< "3.8.0", "not importable by /usr/bin/python3"
    std::string fix;    ///< a command or a setting; empty if nothing is to be done
    friend bool operator==(const Check&, const Check&) = default;
};

struct DoctorReport {
    std::vector<Check> checks;
    friend bool operator==(const DoctorReport&, const DoctorReport&) = default;
};

/// The worst health of all checks; pass if there are none.
[[nodiscard]] Health worst(const DoctorReport& report);

[[nodiscard]] std::string_view name_of(Health health);
[[nodiscard]] std::optional<Health> health_named(std::string_view name);

}  // namespace advisor
