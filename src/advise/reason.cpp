#include "advise/reason.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include "advise/ability.hpp"

namespace advisor {

namespace {

std::string range(const Interval<Seconds>& wall) {
    return fmt::format(
        "{} ({} to {})",
        format_seconds(wall.mid),
        format_seconds(wall.low),
        format_seconds(wall.high)
    );
}

std::string recommendation(const Comparison& comparison) {
    const Prediction& chosen = *comparison.recommended;
    return fmt::format(
        "{} would take {} instead of {}, {:.1f} times as fast; no schedule of it can be faster "
        "than {}, {}.",
        label(chosen.configuration),
        range(chosen.wall),
        format_seconds(comparison.sequential->wall.mid),
        chosen.speedup.mid,
        format_seconds(chosen.lower_bound),
        phrase_of(chosen.bound_by, chosen.bound_subject)
    );
}

/// Why the best parallel way is not taken, worst obstacle first.
std::string obstacle(const Profile& profile, const Prediction& best, const Comparison& comparison) {
    const Prediction& sequential = *comparison.sequential;
    if (best.wall.mid >= sequential.wall.mid) {
        return fmt::format(
            "each worker starts and collects for {} before its first test, against {} of tests "
            "in total",
            format_seconds(start_of(profile.session)),
            format_seconds(comparison.shares.tests)
        );
    }
    if (!gains(best, sequential)) {
        return fmt::format(
            "a change should save {} and {}, and that saves {}",
            format_percent(k_least_gain),
            format_seconds(k_least_saving),
            format_seconds(sequential.wall.mid - best.wall.mid)
        );
    }
    if (best.wall.high >= sequential.wall.mid || best.speedup.low < 1.0) {
        return "its uncertainty reaches beyond the sequential time";
    }
    if (!fits(best, comparison.preferences)) {
        return fmt::format(
            "it needs {} of {} memory, less than 20 % to spare",
            format_bytes(best.peak_memory),
            format_bytes(comparison.preferences.memory)
        );
    }
    return best.cannot_run_because.empty() ? "it cannot run here" : best.cannot_run_because;
}

std::string staying_sequential(const Profile& profile, const Comparison& comparison) {
    const Prediction* best = comparison.stock;
    if (best == nullptr
        || (comparison.forked != nullptr && comparison.forked->can_run
            && comparison.forked->wall.mid < best->wall.mid)) {
        best = comparison.forked;
    }
    if (best == nullptr) {
        return "There is nothing to spread: fewer than two tests ran.";
    }
    const bool missing = !best->can_run && gains(*best, *comparison.sequential)
                         && best->wall.high < comparison.sequential->wall.mid;
    return fmt::format(
        "{}: the best parallel way, {}, would take {} against {} sequentially; {}.",
        missing ? "Only sequential can run here" : "Do not parallelise",
        label(best->configuration),
        range(best->wall),
        format_seconds(comparison.sequential->wall.mid),
        obstacle(profile, *best, comparison)
    );
}

/// "88 % of the time holds the GIL", or what is known where the GIL was not sampled.
std::string what_threads_meet(const Profile& profile, const Shares& shares) {
    if (profile.interpreter.free_threaded) {
        return "the interpreter has no GIL";
    }
    if (shares.gil.has_value() && shares.tests > Seconds(0)) {
        return fmt::format(
            "{} of the tests' time holds the GIL", format_percent(shares.gil.value() / shares.tests)
        );
    }
    if (profile.host.rung == Rung::none) {
        return "whether the tests' time computes or waits is not known";
    }
    return fmt::format(
        "{} of the tests' time computes (how much of it holds the GIL was not sampled)",
        format_percent(1.0 - shares.waiting())
    );
}

std::string threads_instead(const Profile& profile, const Comparison& comparison) {
    const Prediction* threads = comparison.threads;
    if (threads == nullptr || threads == comparison.recommended) {
        return {};
    }
    return fmt::format(
        " {} would take {}: {}{}.",
        label(threads->configuration),
        format_seconds(threads->wall.mid),
        what_threads_meet(profile, comparison.shares),
        threads->can_run || threads->cannot_run_because.empty()
            ? std::string()
            : ", and they cannot run here because " + threads->cannot_run_because
    );
}

/// The team that stays with stock xdist has its answer too.
std::string stock_instead(const Comparison& comparison) {
    const Prediction* stock = comparison.stock;
    if (stock == nullptr || comparison.recommended == comparison.sequential
        || is_stock(comparison.recommended->configuration)) {
        return {};
    }
    return fmt::format(
        " The best of unmodified pytest-xdist is {} with {}.",
        label(stock->configuration),
        format_seconds(stock->wall.mid)
    );
}

}  // namespace

std::string phrase_of(Bound bound, const std::string& subject) {
    const std::string name = subject.empty() ? std::string() : " " + subject;
    switch (bound) {
    case Bound::work: return "bound by the work itself, spread evenly over the workers";
    case Bound::longest_test: return "bound by the longest test" + name;
    case Bound::longest_group:
        return "bound by the longest group of tests that stay together" + name;
    case Bound::cores: return "bound by the CPU time that the cores can give";
    case Bound::gil: return "bound by the time that holds the GIL";
    case Bound::fixtures: return "bound by setting up the fixture" + name + " where it is needed";
    case Bound::controller: return "bound by the runner's controller";
    }
    return "bound by the work itself";
}

std::string reason_of(const Profile& profile, const Comparison& comparison) {
    const std::string first = comparison.recommended == comparison.sequential
                                  ? staying_sequential(profile, comparison)
                                  : recommendation(comparison);
    return first + stock_instead(comparison) + threads_instead(profile, comparison);
}

}  // namespace advisor
