#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/style.hpp"

namespace advisor::report {

namespace {

Tone tone_of(Health health) {
    switch (health) {
    case Health::pass: return Tone::good;
    case Health::warn: return Tone::warn;
    case Health::fail: break;
    }
    return Tone::bad;
}

Lines check_lines(const Check& check, const TextStyle& style) {
    const std::string lead = fmt::format("{}  ", name_of(check.health));
    Lines lines =
        paragraph(lead, fmt::format("{}: {} [{}]", check.subject, check.found, check.code), style);
    lines.front().replace(0, lead.size(), painted(lead, tone_of(check.health), style));
    if (!check.fix.empty() && check.health != Health::pass) {
        lines = lines + paragraph("      fix: ", check.fix, style);
    }
    return lines;
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const DoctorReport& doctor, const TextStyle& style) {
    using namespace report;
    Lines checks;
    for (const Check& check : doctor.checks) {
        checks = checks + check_lines(check, style);
    }
    const auto counted = [&](Health health) {
        return std::count_if(doctor.checks.begin(), doctor.checks.end(), [&](const Check& check) {
            return check.health == health;
        });
    };
    const std::string sum = fmt::format(
        "{} of {} passed, {} to look at, {} failed",
        counted(Health::pass),
        format_count(doctor.checks.size(), "check"),
        counted(Health::warn),
        counted(Health::fail)
    );
    return page({checks, {painted(sum, tone_of(worst(doctor)), style)}});
}

}  // namespace advisor
