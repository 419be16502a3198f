#include "advise/changes.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "advise/rebuild.hpp"
#include "advise/shares.hpp"

namespace advisor {

namespace {

/// What a difference must exceed to be a change. Of 5000 simulated pairs of recordings of unchanged
/// suites (5 % noise, 5 % of the tests 10 to 50 % longer, machines 20 % apart) 0.4 % then fail the
/// gate, and all of 5000 with a session fixture made 2 s slower do. A fixture is held closer than a
/// test because each worker repeats it.
struct Noise {
    Seconds least;
    double relative;
};
constexpr Noise k_test_noise{Seconds(0.25), 0.40};
constexpr Noise k_fixture_noise{Seconds(0.25), 0.30};
constexpr Noise k_session_noise{Seconds(0.5), 0.50};
constexpr double k_deviations = 2.0;
/// A span with so many more major faults read its files from a cold disk.
constexpr std::int64_t k_cold_faults = 100;

/// `parts` is not empty. The sum starts from the first part, and not from an empty cost, because
/// a sum with an unmeasured value is itself unmeasured.
Cost sum_of(const SessionCost& session, const std::vector<Cost SessionCost::*>& parts) {
    Cost sum = session.*parts.front();
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        sum += session.**part;
    }
    return sum;
}

/// Shared by the steps below; each step reads the two sides and adds to the result.
class Comparer {
public:
    Comparer(const Profile& base, const Profile& head)
        : base_(base),
          matching_(match(base, head)) {
        result_.head = head;
        for (TestCost& test : result_.head.tests) {
            test = normalised(std::move(test), matching_.speed_ratio);
        }
        for (FixtureInstance& instance : result_.head.fixtures) {
            instance.setup = normalised(instance.setup, matching_.speed_ratio);
            instance.teardown = normalised(instance.teardown, matching_.speed_ratio);
        }
        normalise_session();
    }

    Changes compare() {
        compare_tests();
        compare_fixtures();
        compare_fixture_uses();
        compare_groups();
        compare_session();
        result_.head.run.wall = sequential_wall(base_, result_.head);
        result_.matching = std::move(matching_);
        return std::move(result_);
    }

private:
    [[nodiscard]] bool material(Seconds before, Seconds after, const Noise& noise) const {
        const double relative = noise.relative + k_deviations * matching_.spread;
        const Seconds difference(std::abs((after - before).value()));
        return difference > std::max(noise.least, before * relative);
    }

    void normalise_session() {
        SessionCost& session = result_.head.session;
        for (Cost SessionCost::*part :
             {&SessionCost::start,
              &SessionCost::configure,
              &SessionCost::collection,
              &SessionCost::finish,
              &SessionCost::exit}) {
            session.*part = normalised(session.*part, matching_.speed_ratio);
        }
    }

    void compare_tests() {
        std::map<std::string, std::vector<std::uint32_t>> unchanged_by_file;
        Seconds common_in_base;
        for (std::uint32_t i = 0; i < result_.head.tests.size(); ++i) {
            const TestCost& test = result_.head.tests[i];
            if (!matching_.base_test[i]) {
                ++result_.tests_added;
                result_.added += alone(test);
                result_.material.push_back(
                    {ChangeKind::test_added, test.id, Seconds(0), alone(test), {i}}
                );
                continue;
            }
            const Seconds before = alone(base_.tests[*matching_.base_test[i]]);
            common_in_base += before;
            if (material(before, alone(test), k_test_noise)) {
                ++result_.tests_changed;
                result_.material.push_back(
                    {ChangeKind::test_changed, test.id, before, alone(test), {i}}
                );
            } else {
                unchanged_by_file[std::string(file_of(test.id))].push_back(i);
            }
        }
        for (const auto& [file, tests] : unchanged_by_file) {
            compare_file(file, tests);
        }
        result_.tests_removed = base_.tests.size() - matching_.common_tests;
        for (const TestCost& test : base_.tests) {
            result_.removed += alone(test);
        }
        result_.removed = std::max(Seconds(0), result_.removed - common_in_base);
    }

    void compare_file(const std::string& file, const std::vector<std::uint32_t>& tests) {
        Seconds before;
        Seconds after;
        for (const std::uint32_t i : tests) {
            before += alone(base_.tests[*matching_.base_test[i]]);
            after += alone(result_.head.tests[i]);
        }
        if (tests.size() > 1 && material(before, after, k_test_noise)) {
            result_.material.push_back({ChangeKind::file_changed, file, before, after, tests});
            result_.tests_changed += tests.size();
            return;
        }
        for (const std::uint32_t i : tests) {
            take_costs(result_.head.tests[i], base_.tests[*matching_.base_test[i]]);
        }
    }

    void compare_fixtures() {
        const auto before = setups_of(base_);
        const auto after = setups_of(result_.head);
        for (std::uint32_t i = 0; i < after.size(); ++i) {
            if (after[i].count == 0) {
                continue;
            }
            Change change = fixture_change(ChangeKind::fixture_changed, i, after[i]);
            const auto partner = matching_.base_fixture[i];
            if (!partner || before[*partner].count == 0) {
                added_fixture(std::move(change));
                continue;
            }
            // The noise of a sum is smaller than the sum of noises, so the totals are compared.
            change.base = before[*partner].mean();
            const auto count = static_cast<double>(after[i].count);
            if (material(change.base * count, change.head * count, k_fixture_noise)) {
                result_.material.push_back(std::move(change));
            } else {
                set_fixture_costs(result_.head, i, base_, *partner);
            }
        }
    }

    [[nodiscard]] Change
    fixture_change(ChangeKind kind, std::uint32_t fixture, const Setups& setups) const {
        Change change;
        change.kind = kind;
        change.subject = result_.head.fixture_definitions[fixture].name;
        change.head = setups.mean();
        change.fixture = fixture;
        change.instances = setups.count;
        return change;
    }

    void added_fixture(Change change) {
        change.kind = ChangeKind::fixture_added;
        change.only_new_tests = true;
        for (std::uint32_t i = 0; i < result_.head.tests.size(); ++i) {
            const bool uses = uses_fixture(result_.head.tests[i], change.fixture);
            change.only_new_tests &= !(uses && matching_.base_test[i].has_value());
        }
        if (change.only_new_tests) {
            result_.added += change.head * static_cast<double>(change.instances);
        }
        result_.material.push_back(std::move(change));
    }

    void compare_fixture_uses() {
        const auto setups = setups_of(result_.head);
        for (std::uint32_t i = 0; i < setups.size(); ++i) {
            const auto partner = matching_.base_fixture[i];
            if (!partner || setups[i].count == 0 || setups[i].mean() <= k_fixture_noise.least) {
                continue;
            }
            Change change = fixture_change(ChangeKind::fixture_wider, i, setups[i]);
            change.base = change.head;
            for (std::uint32_t t = 0; t < result_.head.tests.size(); ++t) {
                const auto before = matching_.base_test[t];
                if (before && uses_fixture(result_.head.tests[t], i)
                    && !uses_fixture(base_.tests[*before], *partner)) {
                    change.tests.push_back(t);
                }
            }
            if (!change.tests.empty()) {
                result_.material.push_back(std::move(change));
            }
        }
    }

    void compare_groups() {
        std::map<std::string, Change> changed;
        for (std::uint32_t t = 0; t < result_.head.tests.size(); ++t) {
            const auto before = matching_.base_test[t];
            const TestCost& test = result_.head.tests[t];
            if (!before || test.groups.empty() || test.groups == base_.tests[*before].groups) {
                continue;
            }
            Change& change = changed[test.groups.back()];
            change.kind = ChangeKind::group_changed;
            change.subject = test.groups.back();
            change.head += alone(test);
            change.tests.push_back(t);
        }
        for (auto& [name, change] : changed) {
            result_.material.push_back(std::move(change));
        }
    }

    void compare_session() {
        compare_span(
            ChangeKind::start_changed, {&SessionCost::start, &SessionCost::configure}, 1.0
        );
        // Collecting more tests takes longer; only what a test costs to collect is a change.
        const double growth = static_cast<double>(std::max<std::size_t>(1, head_tests()))
                              / static_cast<double>(std::max<std::size_t>(1, base_.tests.size()));
        compare_span(
            ChangeKind::collection_changed, {&SessionCost::collection}, std::max(1.0, growth)
        );
        compare_span(ChangeKind::finish_changed, {&SessionCost::finish, &SessionCost::exit}, 1.0);
    }

    [[nodiscard]] std::size_t head_tests() const { return result_.head.tests.size(); }

    void
    compare_span(ChangeKind kind, const std::vector<Cost SessionCost::*>& parts, double growth) {
        const Cost before = sum_of(base_.session, parts);
        const Cost after = sum_of(result_.head.session, parts);
        const bool cold = after.major_faults > before.major_faults + k_cold_faults;
        const Seconds expected = alone(before) * growth;
        const Seconds found =
            cold ? std::min(alone(after), computing(after) + before.idle()) : alone(after);
        if (material(expected, found, k_session_noise)) {
            result_.material.push_back({kind, kind_name(kind), alone(before), found, {}});
            return;
        }
        for (Cost SessionCost::*part : parts) {
            result_.head.session.*part = base_.session.*part;
        }
    }

    const Profile& base_;
    Matching matching_;
    Changes result_;
};

}  // namespace

Changes changes_between(const Profile& base, const Profile& head) {
    return Comparer(base, head).compare();
}

}  // namespace advisor
