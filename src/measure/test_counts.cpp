#include "measure/test_counts.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "measure/spans_in_time.hpp"

namespace advisor {

namespace {

constexpr std::uint32_t k_nobody = std::numeric_limits<std::uint32_t>::max();

/// A span, and what is to be known of it here.
struct Stretch {
    std::int64_t end_ns = 0;
    double cpu_per_wall = 0.0;
    std::uint32_t test = k_nobody;  ///< of whose three phases it is a part
};

/// What is in no account is the recorder at work, or an interpreter that starts or ends.
constexpr double k_one_core = 1.0;

double cpu_per_wall(const Cost& cost) {
    const Seconds cpu = cost.cpu() + cost.other_threads_cpu + cost.children_cpu;
    return cost.wall > Seconds(0) ? std::max(0.0, cpu / cost.wall) : 0.0;
}

Stretch stretch_of(const RecordedRun& run, const RecordedSpan& span) {
    const auto [kind, index] = span.account;
    const auto stretch = [&](const Cost& cost, std::uint32_t test = k_nobody) {
        return Stretch{static_cast<std::int64_t>(span.end_ns), cpu_per_wall(cost), test};
    };
    switch (kind) {
    case AccountKind::nothing: break;
    case AccountKind::configure: return stretch(run.configure);
    case AccountKind::collection: return stretch(run.collection);
    case AccountKind::finish: return stretch(run.finish);
    case AccountKind::setup: return stretch(run.tests[index].setup, index);
    case AccountKind::call: return stretch(run.tests[index].call, index);
    case AccountKind::teardown: return stretch(run.tests[index].teardown, index);
    case AccountKind::protocol:
        return run.recorded[index].forked ? stretch(run.tests[index].call, index)
                                          : stretch(run.recorded[index].protocol);
    case AccountKind::fixture_setup: return stretch(run.instances[index].cost.setup);
    case AccountKind::fixture_teardown: return stretch(run.instances[index].cost.teardown);
    }
    return {static_cast<std::int64_t>(span.end_ns), k_one_core, k_nobody};
}

/// Without gaps, from before the first reading to after the last one.
std::vector<Stretch> stretches_of(const RecordedRun& run) {
    std::vector<Stretch> stretches;
    stretches.reserve(run.spans.size() + 1);
    for (const RecordedSpan& span : run.spans) {
        stretches.push_back(stretch_of(run, span));
    }
    stretches.push_back({std::numeric_limits<std::int64_t>::max(), k_one_core, k_nobody});
    return stretches;
}

/// One event's growth, by test.
class EventCharge {
public:
    EventCharge(const std::vector<Stretch>& stretches, std::size_t tests)
        : stretches_(stretches),
          charged_(tests) {}

    void read(std::int64_t at_ns, double value) {
        if (readings_++ > 0 && value > highest_) {
            give(value - highest_, at_ns);
        }
        stretches_.pass(at_ns);
        highest_ = std::max(highest_, value);
        at_ns_ = at_ns;
    }

    [[nodiscard]] bool was_read_twice() const { return readings_ > 1; }
    [[nodiscard]] const std::vector<double>& by_test() const { return charged_; }

private:
    void give(double growth, std::int64_t end_ns) {
        double cpu_ns = 0;
        stretches_.each(at_ns_, end_ns, [&](const Stretch& stretch, double ns) {
            cpu_ns += ns * stretch.cpu_per_wall;
        });
        const auto wall_ns = static_cast<double>(end_ns - at_ns_);
        stretches_.each(at_ns_, end_ns, [&](const Stretch& stretch, double ns) {
            if (stretch.test != k_nobody) {
                const double part = cpu_ns > 0 ? ns * stretch.cpu_per_wall / cpu_ns : ns / wall_ns;
                charged_[stretch.test] += growth * part;
            }
        });
    }

    SpansInTime<Stretch> stretches_;
    std::vector<double> charged_;
    std::size_t readings_ = 0;
    std::int64_t at_ns_ = 0;
    double highest_ = 0.0;
};

EventCharge charge_event(
    const std::vector<Stretch>& stretches,
    std::size_t tests,
    const CountLog& log,
    std::size_t event,
    std::int64_t exit_ns
) {
    EventCharge charge(stretches, tests);
    for (const CountReading& reading : log.readings) {
        if (const std::optional<double>& value = reading.values[event]) {
            charge.read(std::min(reading.at_ns, exit_ns), *value);
        }
    }
    return charge;
}

/// Cuts fractions into whole numbers that add up as they do.
class WholeNumbers {
public:
    std::int64_t next(double value) {
        constexpr double k_most = 9e18;  // of 64 bits
        sum_ = std::min(sum_ + value, k_most);
        const std::int64_t upto = std::llround(sum_);
        return upto - std::exchange(given_, upto);
    }

private:
    double sum_ = 0.0;
    std::int64_t given_ = 0;
};

}  // namespace

std::vector<std::string>
charge_counts(RecordedRun& run, const CountLog& log, std::uint64_t exit_ns) {
    const std::vector<Stretch> stretches = stretches_of(run);
    std::vector<std::string> counted;
    for (std::size_t event = 0; event < log.events.size(); ++event) {
        const EventCharge charge = charge_event(
            stretches, run.tests.size(), log, event, static_cast<std::int64_t>(exit_ns)
        );
        if (!charge.was_read_twice()) {
            continue;
        }
        counted.push_back(log.events[event]);
        WholeNumbers whole;
        for (std::size_t i = 0; i < run.tests.size(); ++i) {
            if (run.recorded[i].begun) {
                run.tests[i].counts.reserve(log.events.size());
                run.tests[i].counts.push_back(whole.next(charge.by_test()[i]));
            }
        }
    }
    return counted;
}

}  // namespace advisor
