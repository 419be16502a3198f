#pragma once

// What the program tells its user: predictions, findings, and the advice made of them.

#include <advisor/base/units.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/measured.hpp>
#include <advisor/domain/parameters.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace advisor {

template <typename T>
struct Interval {
    T low{};
    T mid{};
    T high{};
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// Named parts of the predicted wall time; they sum to `wall.mid`. Order is the order of display.
using Breakdown = std::vector<std::pair<std::string, Seconds>>;

/// What the lower bound of a configuration is made of.
enum class Bound : std::uint8_t {
    work,  ///< all tests and one set of fixtures, evenly spread
    longest_test,
    longest_group,  ///< a class, file or group that the distribution keeps together
    cores,          ///< CPU time over the capacity of the cores
    gil,            ///< time holding the GIL
    fixtures,       ///< a fixture's set-ups, before one test or repeated by the workers
    controller,     ///< the runner's controller, one server
};

struct Prediction {
    Configuration configuration;
    Interval<Seconds> wall;    ///< 5 %, 50 %, 95 % of what a run would take
    Interval<double> speedup;  ///< sequential wall over this wall; machine speed cancels
    /// The two ranges are as wide as those of measured suites had to be; false: as the model's own
    /// or the widest of other kinds, since too few suites were measured (19 are needed).
    bool range_calibrated = false;
    /// Measured runs of this suite have taught so: times are this many times the model's own.
    double learned = 1.0;
    Seconds lower_bound;  ///< no schedule of this configuration can be faster
    Bound bound_by = Bound::work;
    std::string bound_subject;  ///< the test, group or fixture that binds; may be empty
    Bytes peak_memory;
    Breakdown breakdown;
    std::uint32_t rank = 0;  ///< 1 is best
    bool tied_with_best = false;
    bool asked_for = false;  ///< by name, so that it is always shown
    bool fits_memory = true;
    bool can_run = true;  ///< false: predicted only; `cannot_run_because` says why
    std::string cannot_run_because;
    std::vector<std::string> command;  ///< argv that a user could type; empty if there is none

    friend bool operator==(const Prediction&, const Prediction&) = default;
};

enum class Severity : std::uint8_t { breaks, slows, note };

/// A hazard or caveat, with the numbers and the tests or fixtures behind it.
struct Finding {
    std::string code;  ///< stable, kebab-case: "long-test", "xdist-missing"
    Severity severity = Severity::note;
    std::vector<std::string> subjects;
    std::vector<std::pair<std::string, double>> numbers;  ///< unit in the key: "wall_s"
    std::string message;
    std::string fix;
    friend bool operator==(const Finding&, const Finding&) = default;
};

struct MeasuredWith {
    Rung rung = Rung::none;
    std::vector<Missing> missing;
    friend bool operator==(const MeasuredWith&, const MeasuredWith&) = default;
};

struct Advice {
    std::uint64_t tests = 0;
    std::uint64_t files = 0;
    std::vector<std::string> command;  ///< the suite's pytest command
    std::string directory;             ///< where it runs
    Host host;
    Interpreter interpreter;
    Seconds sequential_wall;
    bool suite_failed = false;            ///< the profiled run had failures: advice is marked
    std::uint64_t learned_from = 0;       ///< measured runs that the predictions learnt from
    std::vector<Prediction> predictions;  ///< by rank
    std::string recommended;              ///< a spec among the predictions
    std::string reason;                   ///< two or three sentences
    std::vector<Finding> findings;
    MeasuredWith measured_with;
    ModelParameters parameters;

    friend bool operator==(const Advice&, const Advice&) = default;
};

[[nodiscard]] std::string_view name_of(Bound bound);
[[nodiscard]] std::string_view name_of(Severity severity);
[[nodiscard]] std::optional<Bound> bound_named(std::string_view name);
[[nodiscard]] std::optional<Severity> severity_named(std::string_view name);

}  // namespace advisor
