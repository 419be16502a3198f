#include "advise/gate_rule.hpp"

#include <advisor/base/assert.hpp>
#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace advisor {

namespace {

constexpr Seconds k_least_loss{0.2};
constexpr std::size_t k_most_culprits = 5;
/// Each change costs one simulation; those that cost most by themselves are tried.
constexpr std::size_t k_most_what_ifs = 20;
/// Below this the gain of undoing a change is not worth a line.
constexpr Seconds k_least_culprit{0.05};

/// The walls of one profile that every comparison needs.
struct Side {
    const Profile& profile;
    Seconds sequential;
};

GateComparison compare_in(
    const Side& base, const Side& head, const Configuration& configuration, const WallOf& wall_of
) {
    GateComparison comparison;
    comparison.configuration = configuration;
    comparison.base_wall = wall_of(base.profile, configuration);
    comparison.head_wall = wall_of(head.profile, configuration);
    comparison.base_speedup = base.sequential / comparison.base_wall;
    comparison.head_speedup = head.sequential / comparison.head_wall;
    return comparison;
}

Seconds weight(const Change& change) {
    const auto times = static_cast<double>(std::max<std::uint64_t>(1, change.instances));
    const Seconds more =
        change.kind == ChangeKind::fixture_wider ? change.head : change.head - change.base;
    return more * times;
}

std::vector<Culprit> culprits_of(
    const Profile& base,
    const Changes& changes,
    const GateComparison& comparison,
    const WallOf& wall_of
) {
    std::vector<Change> suspects = changes.material;
    std::erase_if(suspects, [](const Change& change) { return weight(change) <= Seconds(0); });
    std::stable_sort(suspects.begin(), suspects.end(), [](const Change& a, const Change& b) {
        return weight(a) > weight(b);
    });
    suspects.resize(std::min(suspects.size(), k_most_what_ifs));

    std::vector<Culprit> culprits;
    for (const Change& change : suspects) {
        const Seconds without = wall_of(undo(base, changes, change), comparison.configuration);
        culprits.push_back(
            {kind_name(change.kind),
             change.subject,
             change.base,
             change.head,
             comparison.head_wall - without}
        );
    }
    // Stable: where two changes hide each other, so that undoing one alone gains nothing, the one
    // that costs more by itself stays first.
    std::stable_sort(culprits.begin(), culprits.end(), [](const Culprit& a, const Culprit& b) {
        return a.wall_loss > b.wall_loss;
    });
    const auto small = [](const Culprit& culprit) { return culprit.wall_loss < k_least_culprit; };
    if (!std::all_of(culprits.begin(), culprits.end(), small)) {
        std::erase_if(culprits, small);
    }
    culprits.resize(std::min(culprits.size(), k_most_culprits));
    return culprits;
}

std::string named(const Culprit& culprit) {
    const std::string what = culprit.kind == culprit.subject
                                 ? culprit.kind
                                 : fmt::format("{} {}", culprit.kind, culprit.subject);
    return culprit.base == Seconds(0)
               ? fmt::format("{} is new and takes {}", what, format_seconds(culprit.head))
               : fmt::format(
                   "{} takes {} instead of {}",
                   what,
                   format_seconds(culprit.head),
                   format_seconds(culprit.base)
               );
}

std::string reason(const GateVerdict& verdict, const GateComparison& worst, const Loss& loss) {
    const std::string walls = fmt::format(
        "{} would take {} instead of {}",
        label(worst.configuration),
        format_seconds(worst.head_wall),
        format_seconds(worst.base_wall)
    );
    if (verdict.outcome == GateOutcome::pass) {
        return fmt::format(
            "no loss of parallel speed-up beyond {}; {}", format_percent(verdict.threshold), walls
        );
    }
    std::string text = fmt::format(
        "{}, {} more than the {} that its tests justify",
        walls,
        format_percent(loss.relative()),
        format_seconds(loss.expected)
    );
    if (!verdict.culprits.empty()) {
        text += fmt::format(
            ": {}, undoing that alone would gain {}",
            named(verdict.culprits.front()),
            format_seconds(verdict.culprits.front().wall_loss)
        );
    }
    return text;
}

}  // namespace

Loss loss_of(const GateComparison& comparison, Seconds new_work, Seconds cost_by_themselves) {
    Loss loss;
    loss.expected = comparison.base_wall
                    + std::max(Seconds(0), new_work) / std::max(1.0, comparison.base_speedup);
    loss.lost =
        std::max(Seconds(0), std::min(comparison.head_wall - loss.expected, cost_by_themselves));
    return loss;
}

bool is_regression(const Loss& loss, double threshold) {
    return loss.lost >= k_least_loss && loss.lost > loss.expected * threshold;
}

GateVerdict decide(
    const Profile& base,
    const Changes& changes,
    const std::vector<Configuration>& configurations,
    double threshold,
    const WallOf& wall_of
) {
    ADVISOR_ASSERT(!configurations.empty(), "a gate compares at least one configuration");
    GateVerdict verdict;
    verdict.threshold = threshold;
    verdict.tests_added = changes.tests_added;
    verdict.tests_removed = changes.tests_removed;
    verdict.tests_changed = changes.tests_changed;

    const Side before{base, wall_of(base, Configuration{})};
    const Side after{changes.head, wall_of(changes.head, Configuration{})};
    std::vector<Loss> losses;
    for (const Configuration& configuration : configurations) {
        verdict.comparisons.push_back(compare_in(before, after, configuration, wall_of));
        losses.push_back(loss_of(
            verdict.comparisons.back(),
            changes.added - changes.removed,
            cost_by_themselves(changes, configuration)
        ));
    }
    const auto badness = [&](const Loss& loss) {
        return std::pair(is_regression(loss, threshold), loss.relative());
    };
    const auto worst =
        std::max_element(losses.begin(), losses.end(), [&](const Loss& a, const Loss& b) {
            return badness(a) < badness(b);
        });
    const GateComparison& shown =
        verdict.comparisons[static_cast<std::size_t>(worst - losses.begin())];
    if (is_regression(*worst, threshold)) {
        verdict.outcome = GateOutcome::regression;
        verdict.culprits = culprits_of(base, changes, shown, wall_of);
    }
    verdict.reason = reason(verdict, shown, *worst);
    return verdict;
}

}  // namespace advisor
