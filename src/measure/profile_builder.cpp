#include "measure/profile_builder.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "measure/record_ending.hpp"
#include "measure/record_run.hpp"
#include "measure/record_samples.hpp"
#include "measure/running_children.hpp"
#include "measure/test_counts.hpp"

namespace advisor {

namespace {

Seconds since(std::uint64_t begin_ns, std::uint64_t at_ns) {
    return Seconds(at_ns > begin_ns ? static_cast<double>(at_ns - begin_ns) * 1e-9 : 0.0);
}

/// What wait4 counted beyond the last mark: the end of the interpreter, and that of the session
/// where a plugin's failure let nobody see that end. Its waiting for a core is not known. Never
/// more than one core's time, since a launcher between us and pytest is in wait4's figures and not
/// in the recorder's.
Cost exit_cost(const RecordedRun& run, const RunFacts& facts) {
    Cost cost;
    const auto& unconfigured = run.point(SessionPoint::unconfigured);
    const auto& last = unconfigured ? unconfigured : run.point(SessionPoint::finished);
    if (!last) {
        return cost;
    }
    const Mark& at = last->at;
    const auto part_of = [](Seconds all, double before) {
        return std::max(Seconds(0), all - Seconds(before));
    };
    const Seconds user = part_of(facts.usage.cpu_user, at.thread_user_s + at.children_user_s);
    const Seconds sys = part_of(facts.usage.cpu_sys, at.thread_sys_s + at.children_sys_s);
    const Seconds all = part_of(
        facts.usage.cpu_user + facts.usage.cpu_sys,
        static_cast<double>(at.process_cpu_ns) * 1e-9 + at.children_user_s + at.children_sys_s
    );
    cost.wall = since(at.wall_ns, facts.exit_ns);
    const Seconds cpu = std::min(all, cost.wall);
    const Seconds both = user + sys;
    cost.cpu_user = both > Seconds(0) ? cpu * (user / both) : cpu;
    cost.cpu_sys = cpu - cost.cpu_user;
    return cost;
}

SessionCost session_of(const RecordedRun& run, const RunFacts& facts) {
    SessionCost session;
    if (const auto& imported = run.point(SessionPoint::imported)) {
        session.start = cost_until(facts.exec_ns, imported->at);
    }
    session.configure = run.configure;
    session.collection = run.collection;
    session.loop = run.loop;
    session.finish = run.finish;
    session.exit = exit_cost(run, facts);
    return session;
}

/// One entry for each line.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

ProfiledRun run_of(const RecordedRun& run, RunFacts& facts) {
    ProfiledRun result;
    result.command = std::move(facts.command);
    result.directory = std::move(facts.directory);
    if (const auto rootdir = run.facts.find("rootdir"); rootdir != run.facts.end()) {
        result.rootdir = rootdir->second;
    }
    if (const auto why = run.facts.find("unforkable"); why != run.facts.end()) {
        result.unforkable = lines_of(why->second);
    }
    result.exit_code = facts.exit_code;
    result.signal = facts.signal;
    result.wall = since(facts.exec_ns, facts.exit_ns);
    // What wait4 tells is of a launcher, too, and of what came after the peak began anew.
    result.peak_rss =
        run.all_peaks_known && run.peak_rss > Bytes(0) ? run.peak_rss : facts.usage.peak_rss;
    result.started_utc = std::move(facts.started_utc);
    return result;
}

/// The tests and instances of a run, with their times from `exec_ns`.
void move_work(RecordedRun& run, std::uint64_t exec_ns, Profile& profile) {
    profile.fixture_definitions = std::move(run.definitions);
    for (std::size_t i = 0; i < run.tests.size(); ++i) {
        TestCost& test = run.tests[i];
        test.outcome = outcome_of(run, i);
        test.protocol_overhead = run.recorded[i].protocol.wall;
        test.begin = since(exec_ns, run.recorded[i].begin_ns);
    }
    profile.tests = std::move(run.tests);
    profile.function_fixtures = std::move(run.function_fixtures);
    profile.fixtures.reserve(run.instances.size());
    for (RecordedInstance& instance : run.instances) {
        instance.cost.setup_begin = since(exec_ns, instance.setup_ns);
        instance.cost.teardown_begin = since(exec_ns, instance.teardown_ns);
        profile.fixtures.push_back(instance.cost);
    }
}

/// Not known where a count failed, or the session's end was not recorded: what is left by then is
/// what was left behind.
void move_leftovers(RecordedRun& run, Profile& profile) {
    if (const auto because = run.facts.find("uncounted"); because != run.facts.end()) {
        profile.missing.push_back(
            {"threads, descriptors and child processes that tests left behind", because->second}
        );
    } else if (run.has_holdings() && run.point(SessionPoint::finished)) {
        Leftovers& leftovers = profile.leftovers.emplace();
        leftovers.changes = std::move(run.holdings_changes);
        if (const auto found = run.facts.find("left"); found != run.facts.end()) {
            leftovers.found = lines_of(found->second);
        }
    }
}

void name_versions(const RecordedRun& run, Interpreter& interpreter) {
    const auto python = run.facts.find("python");
    if (interpreter.version.empty() && python != run.facts.end()) {
        interpreter.version = python->second;
    }
    const auto pytest = run.facts.find("pytest");
    if (!interpreter.pytest_version && pytest != run.facts.end()) {
        interpreter.pytest_version = pytest->second;
    }
}

std::string uncounted_because(const RecordedRun& run) {
    const auto found = run.facts.find("gil_uncounted");
    return found == run.facts.end() ? "the recorder never came to life" : found->second;
}

/// `unsampled`: why samples do not tell it; empty if they do.
void name_missing_gil(
    const RecordedRun& run, const RunFacts& facts, const std::string& unsampled, Profile& profile
) {
    if (run.counts_gil()) {
        if (!facts.counts_because.empty()) {
            profile.missing.push_back(
                {"the GIL as seen from outside",
                 facts.counts_because + "; a preloaded library counted it instead"}
            );
        }
    } else if (!facts.counts_gil) {
        if (!unsampled.empty()) {
            profile.missing.push_back({"time holding the GIL", unsampled});
        }
    } else if (unsampled.empty()) {
        profile.missing.push_back(
            {"exact time holding the GIL", uncounted_because(run) + "; it was sampled instead"}
        );
    } else {
        profile.missing.push_back(
            {"time holding the GIL",
             fmt::format("{}; it was not counted, because {}", unsampled, uncounted_because(run))}
        );
    }
}

void name_unsampled(const RecordedRun& run, const RunFacts& facts, Profile& profile) {
    const SampleLog& log = *facts.samples;
    const auto why = [&](const std::string& because) {
        return because.empty() && !profile.sampling ? "no sample fell into the recorded time"
                                                    : because;
    };
    const std::string& no_gil =
        log.no_gil_because.empty() ? log.no_waits_because : log.no_gil_because;
    name_missing_gil(run, facts, why(no_gil), profile);
    if (const std::string waits = why(log.no_waits_because); !waits.empty()) {
        profile.missing.push_back({"what blocked time waited for", waits});
    } else if (!profile.sampling->waits.empty() && !log.no_switches_because.empty()) {
        profile.missing.push_back({"when waits began and ended", log.no_switches_because});
    }
}

void name_missing(const RecordedRun& run, const RunFacts& facts, Profile& profile) {
    if (!run.all_waits_known) {
        profile.missing.push_back(
            {"waiting for a core", "/proc/thread-self/schedstat could not be read throughout"}
        );
    } else if (!run.end_wait_known) {
        profile.missing.push_back(
            {"how long what ran at the end waited for a core",
             "the recording broke off, and the kernel tells it of no thread that is gone"}
        );
    }
    if (!run.all_peaks_known) {
        profile.missing.push_back(
            {"the peak of memory of each test",
             facts.restarts_peaks ? "the kernel did not let it begin anew (/proc/self/clear_refs)"
                                  : "it was not asked for"}
        );
    }
    if (const auto workers = run.facts.find("workers"); workers != run.facts.end()) {
        profile.missing.push_back(
            {fmt::format("the suite under {}, for which its options ask", workers->second),
             "a recording is of one process that runs every test"}
        );
    }
    const auto repeated = static_cast<std::size_t>(std::count_if(
        run.recorded.begin(),
        run.recorded.end(),
        [](const RecordedTest& test) { return test.repeated; }
    ));
    if (repeated > 0) {
        profile.missing.push_back(
            {fmt::format("each run of {} alone", format_count(repeated, "test")),
             "the session or a plugin ran it more than once; its time is that of all its runs"}
        );
    }
    const bool left_children = std::any_of(
        run.holdings_changes.begin(),
        run.holdings_changes.end(),
        [](const HoldingsChange& change) { return change.change.children > 0; }
    );
    if (left_children && !facts.samples) {
        profile.missing.push_back(
            {"CPU of child processes while they outlive a test",
             "it is counted when they have ended, for the test or fixture that waits for them"}
        );
    }
    const bool any_forked =
        std::any_of(run.recorded.begin(), run.recorded.end(), [](const RecordedTest& test) {
            return test.begun && test.forked;
        });
    if (any_forked) {
        profile.missing.push_back(
            {"phases and fixtures of some tests", "they ran in processes of their own"}
        );
    }
}

}  // namespace

ProfileBuilder::ProfileBuilder()
    : run_(std::make_unique<RecordedRun>()) {}
ProfileBuilder::ProfileBuilder(ProfileBuilder&&) noexcept = default;
ProfileBuilder& ProfileBuilder::operator=(ProfileBuilder&&) noexcept = default;
ProfileBuilder::~ProfileBuilder() = default;

void ProfileBuilder::feed(const std::vector<Record>& records) {
    for (const Record& record : records) {
        std::visit(*run_, record);
    }
}

RunFacts facts_of(RecordingHead head) {
    RunFacts facts;
    facts.command = std::move(head.command);
    facts.directory = std::move(head.directory);
    facts.started_utc = std::move(head.started_utc);
    facts.exec_ns = head.exec_ns;
    facts.host = std::move(head.host);
    facts.interpreter = std::move(head.interpreter);
    facts.missing = std::move(head.missing);
    return facts;
}

RunStage ProfileBuilder::stage() const {
    if (run_->point(SessionPoint::unconfigured)) {
        return RunStage::ended;
    }
    if (run_->point(SessionPoint::finished)) {
        return RunStage::finishing;
    }
    if (run_->point(SessionPoint::collected)) {
        return RunStage::testing;
    }
    if (run_->point(SessionPoint::configured)) {
        return RunStage::collecting;
    }
    return run_->point(SessionPoint::imported) ? RunStage::configuring : RunStage::starting;
}

std::size_t ProfileBuilder::collected() const {
    return run_->tests.size();
}

std::size_t ProfileBuilder::started() const {
    return run_->started();
}

std::size_t ProfileBuilder::failed() const {
    return run_->failed();
}

std::string_view ProfileBuilder::current() const {
    const auto test = run_->position().test;
    return test && stage() == RunStage::testing ? run_->tests[*test].id : std::string_view();
}

Profile ProfileBuilder::finish(RunFacts facts) && {
    RecordedRun& run = *run_;
    if (!facts.damage && facts.dropped == 0 && run.failure.empty()) {
        run.end(facts.exit_ns, facts.usage.cpu_user + facts.usage.cpu_sys, facts.run_delay_ns);
    }
    if (facts.samples) {
        charge_running_children(run, facts.samples->children);
    }
    run.close();
    if (facts.exit_ns == 0) {
        facts.exit_ns = run.spans.empty() ? facts.exec_ns : run.spans.back().end_ns;
    }
    Profile profile;
    if (facts.samples) {
        profile.counted = charge_counts(run, facts.samples->counts, facts.exit_ns);
    }
    profile.sampling = facts.samples ? apply_samples(run, *facts.samples) : std::nullopt;
    profile.session = session_of(run, facts);
    move_work(run, facts.exec_ns, profile);
    profile.run = run_of(run, facts);
    profile.run.incomplete_because = incomplete_because(run, facts, profile);
    profile.run.complete = profile.run.incomplete_because.empty();
    profile.missing = std::move(facts.missing);
    if (profile.run.complete && !facts.stopped_because.empty()) {
        profile.run.cut_off_because = facts.stopped_because;
        profile.missing.push_back({"the whole exit of the interpreter", facts.stopped_because});
    }
    name_missing(run, facts, profile);
    move_leftovers(run, profile);
    if (facts.samples) {
        name_unsampled(run, facts, profile);
    }
    profile.host = std::move(facts.host);
    profile.interpreter = std::move(facts.interpreter);
    name_versions(run, profile.interpreter);
    profile.disturbance = facts.disturbance;
    profile.counters = std::move(facts.counters);
    return profile;
}

}  // namespace advisor
