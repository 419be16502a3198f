#include "report/count_words.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <vector>

namespace advisor::report {

namespace {

struct Words {
    std::string_view event;
    std::string_view one;
    std::string_view many;
};

constexpr std::array<Words, 6> k_words{
    Words{"INSTRUCTIONS", "instruction", "instructions"},
    Words{"CYCLES", "cycle", "cycles"},
    Words{"LLC-LOAD-MISSES", "LLC load miss", "LLC load misses"},
    Words{"BRANCH-MISSES", "branch miss", "branch misses"},
    Words{"PAGE-FAULTS", "page fault", "page faults"},
    Words{"CPU-MIGRATIONS", "CPU migration", "CPU migrations"},
};

double count_of(const Profile& profile, std::string_view event) {
    for (const RunCounter& counter : profile.counters) {
        if (counter.name == event) {
            return counter.value.value_or(0.0);
        }
    }
    return 0.0;
}

/// Exact below a hundred thousand, else three digits of it: "16384", "132 thousand", "1.23
/// billion".
std::string count_text(double count) {
    constexpr double k_most_exact = 1e5;
    if (count < k_most_exact) {
        return fmt::format("{:.0f}", count);
    }
    double unit = 1e3;
    std::string_view name = "thousand";
    for (const auto& [next, called] :
         {std::pair(1e6, "million"), std::pair(1e9, "billion"), std::pair(1e12, "trillion")}) {
        if (count >= 0.9995 * next) {
            unit = next;
            name = called;
        }
    }
    const double value = count / unit;
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, decimals, name);
}

std::string per_cycle(const Profile& profile, const Words& words) {
    const double cycles = count_of(profile, "CYCLES");
    if (words.event != "INSTRUCTIONS" || !(cycles > 0)) {
        return {};
    }
    return fmt::format(" ({:.2f} per cycle)", count_of(profile, words.event) / cycles);
}

}  // namespace

std::string column_name(std::string_view event) {
    std::string name(event);
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        } else if (c == '-') {
            c = '_';
        }
    }
    return name;
}

std::string counters_sentence(const Profile& profile) {
    std::vector<std::string> parts;
    for (const Words& words : k_words) {
        const double count = count_of(profile, words.event);
        if (count > 0) {
            const std::string text = count_text(count);
            parts.push_back(fmt::format(
                "{} {}{}", text, text == "1" ? words.one : words.many, per_cycle(profile, words)
            ));
        }
    }
    return parts.empty()
               ? ""
               : fmt::format("In user space the whole run had {}.", fmt::join(parts, ", "));
}

}  // namespace advisor::report
