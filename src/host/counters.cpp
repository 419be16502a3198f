#include "advisor/host/counters.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <utility>

#include "host/perf_event.hpp"

namespace advisor {

namespace {

enum class Kind : std::uint8_t { hardware, software };

struct Wanted {
    const char* event;
    Kind kind;
};

constexpr std::array<Wanted, 7> k_wanted{
    Wanted{"INSTRUCTIONS", Kind::hardware},
    Wanted{"CYCLES", Kind::hardware},
    Wanted{"LLC-LOAD-MISSES", Kind::hardware},
    Wanted{"BRANCH-MISSES", Kind::hardware},
    Wanted{"TASK-CLOCK", Kind::software},
    Wanted{"PAGE-FAULTS", Kind::software},
    Wanted{"CPU-MIGRATIONS", Kind::software},
};

/// Some work that every counter of user space must see, page faults and branches included.
double exercise() {
    std::vector<double> values(std::size_t{1} << 16);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = std::sqrt(static_cast<double>(i * 7919 % 65537));
        sum += values[i] > 128 ? values[i] : -1.0;
    }
    return sum;
}

/// Nothing if the event counts here, else why not. Migrations may well be none.
std::optional<std::string> why_not(const Wanted& wanted) {
    const auto event = PerfEvent::open(wanted.event, 0, PerfTarget::this_process);
    if (!event) {
        return event.error().because;
    }
    volatile double sink = exercise();
    static_cast<void>(sink);
    const auto reading = event->read();
    if (!reading) {
        return reading.error().because;
    }
    if (reading->value <= 0 && std::string_view(wanted.event) != "CPU-MIGRATIONS") {
        return "it can be opened here, but stays at zero";
    }
    return std::nullopt;
}

CounterAbility probe() {
    CounterAbility ability;
    ability.rung = std::filesystem::exists("/proc/self/stat") ? Rung::proc_only : Rung::none;
    for (const Wanted& wanted : k_wanted) {
        if (const auto reason = why_not(wanted)) {
            ability.missing.push_back({wanted.event, *reason});
            continue;
        }
        ability.events.emplace_back(wanted.event);
        const Rung rung =
            wanted.kind == Kind::hardware ? Rung::hardware_counters : Rung::software_events;
        ability.rung = std::min(ability.rung, rung);
    }
    return ability;
}

class PerfCounting final : public Counting {
public:
    PerfCounting(int pid, const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            if (auto event = PerfEvent::open(name, pid, PerfTarget::child_on_exec)) {
                events_.emplace_back(name, std::move(*event));
            }
        }
    }

    [[nodiscard]] std::vector<RunCounter> read() const override {
        std::vector<RunCounter> counters;
        for (const auto& [name, event] : events_) {
            const auto reading = event.read();
            const auto value =
                reading ? Measured<double>(
                    reading->value, reading->running < 1.0 ? Source::derived : Source::measured
                )
                        : Measured<double>();
            counters.push_back({name, value});
        }
        return counters;
    }

private:
    std::vector<std::pair<std::string, PerfEvent>> events_;
};

class PerfCounterSource final : public CounterSource {
public:
    PerfCounterSource()
        : ability_(probe()) {}
    [[nodiscard]] const CounterAbility& ability() const override { return ability_; }
    [[nodiscard]] std::unique_ptr<Counting> attach(int pid) const override {
        return std::make_unique<PerfCounting>(pid, ability_.events);
    }

private:
    CounterAbility ability_;
};

}  // namespace

std::unique_ptr<CounterSource> perf_counters() {
    return std::make_unique<PerfCounterSource>();
}

}  // namespace advisor
