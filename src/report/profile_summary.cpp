#include "report/profile_summary.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "report/numbers.hpp"
#include "report/words.hpp"

namespace advisor::report {

namespace {

Cost cost_of(const FixtureInstance& instance) {
    return instance.setup + instance.teardown;
}

/// All work of the loop: tests and fixtures of class scope or wider. Starts from the first one,
/// because a sum is only measured where each addend was.
Cost work_of(const Profile& profile) {
    std::optional<Cost> sum;
    const auto add = [&](const Cost& cost) { sum = sum ? *sum + cost : cost; };
    for (const TestCost& test : profile.tests) {
        if (test.outcome != TestOutcome::not_run) {
            add(test.total());
        }
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        add(cost_of(instance));
    }
    return sum.value_or(Cost{});
}

/// Of each test and fixture by itself, since what one has too much another may have too little.
Measured<Seconds> beyond_wall_of(const Profile& profile) {
    Measured<Seconds> sum(Seconds(0), Source::measured);
    const auto add = [&](const Cost& cost) {
        const Seconds beyond = cost.cpu() + cost.core_wait.value_or(Seconds(0)) - cost.wall;
        sum = sum.has_value() && cost.core_wait.has_value()
                  ? Measured(sum.value() + std::max(Seconds(0), beyond), Source::measured)
                  : Measured<Seconds>();
    };
    for (const TestCost& test : profile.tests) {
        if (test.outcome != TestOutcome::not_run) {
            add(test.total());
        }
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        add(cost_of(instance));
    }
    return sum;
}

bool knows_cpu(const Profile& profile) {
    return profile.host.rung != Rung::none;
}

bool failed(const TestCost& test) {
    return is_failure(test.outcome);
}

/// Parts too small to show, such as a zero by clamping, are left out.
Breakdown non_zero(Breakdown parts) {
    parts.erase(
        std::remove_if(
            parts.begin(), parts.end(), [](const auto& part) { return !(part.second > Seconds(0)); }
        ),
        parts.end()
    );
    return parts;
}

Breakdown session_of(const Profile& profile) {
    Seconds tests;
    Seconds overhead;
    Seconds fixtures;
    for (const TestCost& test : profile.tests) {
        tests += test.total().wall;
        overhead += test.protocol_overhead;
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        fixtures += cost_of(instance).wall;
    }
    const SessionCost& session = profile.session;
    const Seconds between = session.loop.wall - tests - overhead - fixtures;
    const Seconds unrecorded = profile.run.wall - session.start.wall - session.configure.wall
                               - session.collection.wall - session.loop.wall - session.finish.wall
                               - session.exit.wall;
    return non_zero(
        {{"start of Python and pytest", session.start.wall},
         {"plugins and conftest files", session.configure.wall},
         {knows_cpu(profile) ? "collection" : "all but tests", session.collection.wall},
         {"tests", tests},
         {"fixtures of wider scope", fixtures},
         {"pytest's hooks around tests", overhead},
         // Medians of parts need not sum to the median of the whole.
         {"between tests", profile.repeats ? Seconds(0) : between},
         {"session finish", session.finish.wall},
         {"exit", session.exit.wall},
         {"not recorded", profile.run.complete ? Seconds(0) : unrecorded}}
    );
}

/// Peers of sockets that are told apart, if they are worth it: a service has one port, a client of
/// tests as many as there are tests.
constexpr std::size_t k_most_ports = 5;
constexpr double k_least_of_port = 0.01;  ///< of the time of tests and fixtures

/// By reason where that was sampled.
Breakdown blocked_of(const Profile& profile, const Cost& work) {
    if (!profile.sampling || profile.sampling->waits.empty()) {
        const Measured<Seconds> blocked = work.blocked();
        return {
            blocked.has_value() ? std::pair("blocked", blocked.value())
                                : std::pair("blocked or waiting for a core", work.idle())};
    }
    Breakdown parts;
    std::size_t named = 0;
    std::size_t more = 0;
    Seconds to_more;
    for (const WaitTotal& wait : profile.sampling->waits) {
        const bool is_small = named == k_most_ports || wait.time < work.wall * k_least_of_port;
        if (wait.peer_port && is_small) {
            ++more;
            to_more += wait.time;
            continue;
        }
        named += wait.peer_port ? 1 : 0;
        const std::string port = wait.peer_port ? fmt::format(" to port {}", *wait.peer_port) : "";
        parts.emplace_back(fmt::format("blocked: {}{}", name_of(wait.reason), port), wait.time);
    }
    if (more > 0) {
        parts.emplace_back(
            "blocked: socket to " + format_count(more, named > 0 ? "more port" : "port"), to_more
        );
    }
    return parts;
}

/// A part of some time that is worth a word.
bool is_notable(Seconds part, Seconds whole) {
    return part > whole * 0.05;
}

/// CPU of other threads and of children overlaps the wall of the test thread, so that these parts
/// stand beside the split of the wall and not in it.
Breakdown spent_of(const Profile& profile, const Cost& work) {
    if (!knows_cpu(profile)) {
        return {{"computing or waiting, which is not known", work.wall}};
    }
    Breakdown parts{
        {"CPU of the test thread", work.cpu()},
        {"waiting for a core", work.core_wait.value_or(Seconds(0))}};
    for (auto& part : blocked_of(profile, work)) {
        parts.push_back(std::move(part));
    }
    parts.emplace_back("meanwhile, CPU of other threads", work.other_threads_cpu);
    parts.emplace_back("meanwhile, CPU of child processes", work.children_cpu);
    return non_zero(std::move(parts));
}

std::vector<const TestCost*> slowest_of(const Profile& profile, std::size_t most) {
    std::vector<std::pair<Seconds, std::size_t>> walls;
    walls.reserve(profile.tests.size());
    for (std::size_t i = 0; i < profile.tests.size(); ++i) {
        if (profile.tests[i].outcome != TestOutcome::not_run) {
            walls.emplace_back(profile.tests[i].total().wall * -1.0, i);
        }
    }
    const std::size_t count = std::min(most, walls.size());
    std::partial_sort(
        walls.begin(), walls.begin() + static_cast<std::ptrdiff_t>(count), walls.end()
    );
    std::vector<const TestCost*> tests;
    for (std::size_t i = 0; i < count; ++i) {
        tests.push_back(&profile.tests[walls[i].second]);
    }
    return tests;
}

std::vector<FixtureTotal> fixtures_of(const Profile& profile, std::size_t most) {
    std::vector<FixtureTotal> totals;
    for (const FixtureDefinition& definition : profile.fixture_definitions) {
        totals.push_back({definition.title(), definition.scope, 0, Seconds(0)});
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        const std::size_t index = instance.use.fixture.value;
        if (index < totals.size()) {
            ++totals[index].instances;
            totals[index].wall += cost_of(instance).wall;
        }
    }
    for (const FunctionFixture& fixture : profile.function_fixtures) {
        const std::size_t index = fixture.use.fixture.value;
        if (index < totals.size()) {
            ++totals[index].instances;
            totals[index].wall += fixture.setup + fixture.teardown;
        }
    }
    std::stable_sort(totals.begin(), totals.end(), [](const auto& a, const auto& b) {
        return a.wall > b.wall;
    });
    totals.resize(std::min(most, totals.size()));
    // What would be shown as 0.0 s is not; all have the decimals of the first.
    const int decimals = totals.empty() ? 0 : decimals_for(totals.front().wall);
    const Seconds least(0.5 * std::pow(10.0, -decimals));
    std::erase_if(totals, [&](const FixtureTotal& total) { return total.wall < least; });
    return totals;
}

/// "Tests differed from run to run: a.py::test (2 passed, 1 failed), ..., and 4 more."
std::string unsteady_sentence(const Repeats& repeats) {
    constexpr std::size_t k_most = 5;
    std::string names;
    for (std::size_t i = 0; i < std::min(k_most, repeats.unsteady.size()); ++i) {
        const UnsteadyTest& test = repeats.unsteady[i];
        std::vector<std::string> parts;
        for (const auto& [outcome, runs] : test.outcomes) {
            parts.push_back(fmt::format("{} {}", runs, outcome));
        }
        if (test.absent > 0) {
            parts.push_back(fmt::format("{} without it", test.absent));
        }
        names += fmt::format("{}{} ({})", i > 0 ? ", " : "", test.id, fmt::join(parts, ", "));
    }
    const std::size_t more = repeats.unsteady.size() - std::min(k_most, repeats.unsteady.size());
    return fmt::format(
        "{} differed from run to run: {}{}.",
        format_count(repeats.unsteady.size(), "test"),
        names,
        more > 0 ? fmt::format(", and {} more", more) : ""
    );
}

/// Half of the interval in which the truth is in 19 of 20 runs.
Seconds two_errors(const Sampling& sampling) {
    return 2.0 * sampling.gil_standard_error;
}

/// How the GIL was read, and what that leaves open.
std::string how_held(const Profile& profile, const ProfileSummary& summary) {
    if (summary.gil_releases.has_value()) {
        const auto releases = static_cast<std::size_t>(summary.gil_releases.value());
        return fmt::format(
            ", as counted from within: {} of it while its holder was not on a core; it was "
            "released {}",
            format_seconds(summary.gil_held_blocked.value_or(Seconds(0))),
            format_count(releases, "time")
        );
    }
    if (!profile.sampling || profile.sampling->gil_held.source() != Source::sampled) {
        return "";
    }
    return fmt::format(
        ", by samples from outside, give or take {:.2g} points{}",
        100 * (two_errors(*profile.sampling) / summary.worked),
        is_disturbed(profile.disturbance) ? " at least, as the machine was not quiet" : ""
    );
}

std::string gil_sentence(const Profile& profile, const ProfileSummary& summary) {
    if (!summary.gil_held.has_value() || !(summary.worked > Seconds(0))) {
        return {};
    }
    const bool has_gil = !profile.interpreter.free_threaded;
    if (is_gil_guessed(profile)) {
        return has_gil ? "That is too short to tell from samples for how much of it the GIL was "
                         "held; --gil exact counts."
                       : "That is too short to tell from samples for how much of it the tests' "
                         "thread was attached.";
    }
    const Seconds on_own_core = summary.worked - summary.queued;  // as advice has it
    std::string without_queue;
    if (is_notable(summary.queued, summary.worked) && on_own_core > Seconds(0)) {
        without_queue = fmt::format(
            " ({} without the waiting for a core)",
            format_percent(summary.gil_held.value() / on_own_core)
        );
    }
    return fmt::format(
        "{} for {} of that{}{}.",
        has_gil ? "The GIL was held"
                : "The tests' thread was attached to the interpreter, as if it held a GIL,",
        format_percent(summary.gil_held.value() / summary.worked),
        without_queue,
        how_held(profile, summary)
    );
}

std::string identity_sentence(const Profile& profile, const ProfileSummary& summary) {
    constexpr double k_clocks_agree = 0.01;
    // Medians of parts need not sum to the median of the whole.
    if (profile.repeats || !summary.beyond_wall.has_value() || !(summary.worked > Seconds(0))) {
        return {};
    }
    const double beyond = summary.beyond_wall.value() / summary.worked;
    if (beyond > k_clocks_agree) {
        return fmt::format(
            "CPU and waiting for a core are {:.1f} % more than the time that passed: a clock of "
            "this machine is off, and blocked time is not to be trusted.",
            100 * beyond
        );
    }
    return fmt::format(
        "Checked: CPU and waiting for a core exceed the wall by {:.2f} %; blocked is what they "
        "leave of it.",
        100 * beyond
    );
}

std::string waits_sentence(const Profile& profile) {
    if (!profile.sampling) {
        return {};
    }
    Seconds blocked;
    for (const WaitTotal& wait : profile.sampling->waits) {
        blocked += wait.time;
    }
    const Seconds whole = std::min(profile.sampling->seen_whole, blocked);
    if (!(whole > Seconds(0))) {
        return {};
    }
    constexpr double k_all = 0.995;
    return fmt::format(
        "{} blocked time is by waits that were seen from begin to end{}.",
        whole > blocked * k_all ? "All" : format_percent(whole / blocked) + " of the",
        whole > blocked * k_all ? "" : ", the rest by samples"
    );
}

}  // namespace

bool is_gil_guessed(const Profile& profile) {
    constexpr double k_most_of_it = 0.25;
    const Cost work = work_of(profile);
    const bool sampled = work.gil_held.source() == Source::sampled && profile.sampling;
    return sampled && two_errors(*profile.sampling) > work.wall * k_most_of_it;
}

ProfileSummary summary_of(const Profile& profile, std::size_t most) {
    ProfileSummary summary;
    for (const TestCost& test : profile.tests) {
        ++summary.outcomes[std::string(name_of(test.outcome))];
    }
    const Cost work = work_of(profile);
    summary.files = file_count(profile);
    summary.session = session_of(profile);
    summary.spent = spent_of(profile, work);
    summary.worked = work.wall;
    summary.queued = work.core_wait.value_or(Seconds(0));
    summary.knows_cpu = knows_cpu(profile);
    summary.knows_blocked = work.blocked().has_value();
    summary.gil_held = work.gil_held;
    summary.gil_held_blocked = work.gil_held_blocked;
    summary.gil_releases = work.gil_releases;
    summary.beyond_wall = beyond_wall_of(profile);
    summary.slowest = slowest_of(profile, most);
    summary.fixtures = fixtures_of(profile, most);
    return summary;
}

std::vector<std::string> facts_of(const Profile& profile, const ProfileSummary& summary) {
    const Seconds wall = profile.run.wall;
    std::vector<std::string> facts{
        fmt::format(
            "{} in {}",
            format_count(profile.tests.size(), "test"),
            format_count(summary.files, "file")
        ),
        fmt::format("{} s sequentially", seconds_text(wall, decimals_for(wall)))};
    if (profile.repeats) {
        const std::uint32_t merged = profile.repeats->merged();
        facts.push_back(
            merged == 1 ? fmt::format("one of {}", format_count(profile.repeats->runs, "run"))
                        : "medians of " + format_count(merged, "run")
        );
    }
    for (const auto& [outcome, count] : summary.outcomes) {
        const bool ran = outcome != name_of(TestOutcome::not_run);
        facts.push_back(fmt::format("{} {}", count, ran ? outcome : "not run"));
    }
    for (std::string& fact : machine_facts(profile.host, profile.interpreter)) {
        facts.push_back(std::move(fact));
    }
    if (profile.run.peak_rss > Bytes(0)) {
        facts.push_back("peak memory " + format_bytes(profile.run.peak_rss));
    }
    facts.emplace_back(words_of(profile.host.rung));
    return facts;
}

std::vector<std::string> remarks_on_spent(const Profile& profile, const ProfileSummary& summary) {
    std::vector<std::string> remarks{
        gil_sentence(profile, summary),
        waits_sentence(profile),
        identity_sentence(profile, summary)};
    std::erase(remarks, "");
    return remarks;
}

std::vector<Leaver> ranked_leavers(const Profile& profile) {
    std::vector<Leaver> rows = leavers(profile);
    const auto all_of = [](const Leaver& leaver) {
        return leaver.left.threads + leaver.left.descriptors + leaver.left.children;
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const Leaver& a, const Leaver& b) {
        return all_of(a) > all_of(b);
    });
    return rows;
}

std::vector<NumberColumn> numbers_of_slowest(const ProfileSummary& summary) {
    if (summary.slowest.empty()) {
        return {};
    }
    const int decimals = decimals_for(summary.slowest.front()->total().wall);
    std::vector<NumberColumn> columns;
    const auto add = [&](const char* header, const auto& cell_of) {
        NumberColumn& column = columns.emplace_back(NumberColumn{header, {}});
        for (const TestCost* test : summary.slowest) {
            column.cells.push_back(cell_of(*test));
        }
    };
    add("seconds", [&](const TestCost& test) { return seconds_text(test.total().wall, decimals); });
    const auto has_spread = [](const TestCost* test) { return test->wall_spread.has_value(); };
    if (std::any_of(summary.slowest.begin(), summary.slowest.end(), has_spread)) {
        add("spread", [](const TestCost& test) {
            return test.wall_spread ? format_percent(*test.wall_spread) : "";
        });
    }
    if (summary.knows_cpu) {
        add("CPU",
            [&](const TestCost& test) { return seconds_text(test.total().cpu(), decimals); });
    }
    const auto waited = [](const TestCost* test) {
        const Cost cost = test->total();
        return is_notable(cost.core_wait.value_or(Seconds(0)), cost.wall);
    };
    if (summary.knows_blocked
        && std::any_of(summary.slowest.begin(), summary.slowest.end(), waited)) {
        add("for a core",
            [&](const TestCost& test) { return seconds_text(test.total().core_wait, decimals); });
    }
    if (summary.knows_blocked) {
        add("blocked",
            [&](const TestCost& test) { return seconds_text(test.total().blocked(), decimals); });
    }
    return columns;
}

std::string ended_sentence(const Profile& profile) {
    constexpr std::size_t k_most = 5;
    const std::vector<std::string>& ended = profile.run.ended;
    if (ended.empty()) {
        return {};
    }
    const std::size_t shown = std::min(k_most, ended.size());
    return fmt::format(
        "{} still ran a second after pytest had ended, and advisor ended {}: {}{}",
        format_count(ended.size(), "process", "processes"),
        ended.size() == 1 ? "it" : "them",
        fmt::join(ended.begin(), ended.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
        shown < ended.size() ? fmt::format(", and {} more", ended.size() - shown) : ""
    );
}

std::vector<std::string> warnings_of(const Profile& profile) {
    std::vector<std::string> sentences;
    const ProfiledRun& run = profile.run;
    if (!run.complete) {
        const std::string because = run.incomplete_because.empty() ? "" : ": ";
        sentences.push_back("The recording is incomplete" + because + run.incomplete_because + ".");
    }
    if (!run.cut_off_because.empty()) {
        sentences.push_back(fmt::format(
            "advisor ended pytest, which had not ended by itself after its last test: {}.",
            run.cut_off_because
        ));
    } else if (run.signal) {
        sentences.push_back(fmt::format("Signal {} ended pytest.", *run.signal));
    } else if (run.exit_code.value_or(0) != 0) {
        if (knows_cpu(profile)) {  // else it may be inferred
            sentences.push_back(fmt::format("pytest exited with code {}.", *run.exit_code));
        }
    } else if (run.exit_code && std::any_of(profile.tests.begin(), profile.tests.end(), failed)) {
        sentences.emplace_back("Tests failed, but pytest exited with code 0.");
    }
    const Disturbance& disturbance = profile.disturbance;
    if (is_disturbed(disturbance)) {
        sentences.push_back(fmt::format(
            "The machine was not quiet: {}. Profile again when it is{}.",
            disturbers(disturbance),
            profile.repeats ? "" : ", or with --repeat 3"
        ));
    }
    if (profile.repeats
        && (profile.repeats->merged() < profile.repeats->runs || profile.repeats->are_unlike())) {
        sentences.push_back(fmt::format("The figures are {}.", how_merged(*profile.repeats)));
    }
    if (profile.repeats && !profile.repeats->unsteady.empty()) {
        sentences.push_back(unsteady_sentence(*profile.repeats));
    }
    return sentences;
}

}  // namespace advisor::report
