#include <advisor/report/export.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "report/json_text.hpp"

// Complete ("X") events of the Chrome trace format must nest within a track. Spans that do not
// nest, such as a fixture that outlives a phase by a rounding error, go to the next track.

namespace advisor {

namespace {

using report::json_array;
using report::JsonObject;

/// In whole nanoseconds, so that equal ends compare equal.
struct Span {
    std::string name;
    std::string category;
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

std::int64_t nanoseconds(Seconds time) {
    const double value = time.value() * 1e9;
    return std::isfinite(value) ? std::llround(value) : 0;
}

Span span_of(std::string name, std::string category, Seconds begin, Seconds wall) {
    const std::int64_t start = nanoseconds(begin);
    return {std::move(name), std::move(category), start, start + nanoseconds(wall)};
}

bool ran(const TestCost& test) {
    return test.outcome != TestOutcome::not_run;
}

/// The tests that ran, by begin.
std::vector<std::size_t> in_order_of_time(const Profile& profile) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < profile.tests.size(); ++i) {
        if (ran(profile.tests[i])) {
            order.push_back(i);
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return profile.tests[a].begin < profile.tests[b].begin;
    });
    return order;
}

std::vector<Span> session_spans(const Profile& profile, Seconds first_test) {
    const SessionCost& session = profile.session;
    std::vector<Span> spans;
    Seconds now;
    for (const auto& [name, wall] :
         {std::pair("start", session.start.wall),
          std::pair("configure", session.configure.wall),
          std::pair("collection", session.collection.wall)}) {
        spans.push_back(span_of(name, "session", now, wall));
        now += wall;
    }
    now = std::max(now, first_test);
    for (const auto& [name, wall] :
         {std::pair("loop", session.loop.wall),
          std::pair("finish", session.finish.wall),
          std::pair("exit", session.exit.wall)}) {
        spans.push_back(span_of(name, "session", now, wall));
        now += wall;
    }
    return spans;
}

struct FixtureTimes {
    Seconds setup;     ///< of fixtures of class scope or wider set up within the test
    Seconds teardown;  ///< of those torn down within the test
};

/// Which test a moment belongs to: the last one that began before it.
std::size_t slot_of(const Profile& profile, const std::vector<std::size_t>& order, Seconds moment) {
    const auto after =
        std::upper_bound(order.begin(), order.end(), moment, [&](Seconds time, std::size_t test) {
            return time < profile.tests[test].begin;
        });
    const auto count = static_cast<std::size_t>(after - order.begin());
    return count == 0 ? 0 : count - 1;
}

std::vector<FixtureTimes>
fixture_times(const Profile& profile, const std::vector<std::size_t>& order) {
    std::vector<FixtureTimes> times(order.size());
    for (const FixtureInstance& instance : profile.fixtures) {
        if (order.empty()) {
            break;
        }
        times[slot_of(profile, order, instance.setup_begin)].setup += instance.setup.wall;
        if (instance.teardown_begin > Seconds(0)) {
            times[slot_of(profile, order, instance.teardown_begin)].teardown +=
                instance.teardown.wall;
        }
    }
    return times;
}

/// A test's span holds its phases, the fixtures of wider scope set up and torn down on the way,
/// and the hooks around it; it ends at the latest where the next one begins, which was measured.
std::vector<Span> test_spans(const Profile& profile, const std::vector<std::size_t>& order) {
    const std::vector<FixtureTimes> times = fixture_times(profile, order);
    std::vector<Span> spans;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const TestCost& test = profile.tests[order[i]];
        const Seconds setup = test.setup.wall + times[i].setup;
        const Seconds teardown = test.teardown.wall + times[i].teardown;
        const Seconds call_begin = test.begin + setup;
        const Seconds wall = setup + test.call.wall + teardown + test.protocol_overhead;
        std::vector<Span> parts{
            span_of(test.id, "test", test.begin, wall),
            span_of("setup", "phase", test.begin, setup),
            span_of("call", "phase", call_begin, test.call.wall),
            span_of("teardown", "phase", call_begin + test.call.wall, teardown)};
        const std::int64_t limit = i + 1 < order.size()
                                       ? nanoseconds(profile.tests[order[i + 1]].begin)
                                       : std::numeric_limits<std::int64_t>::max();
        for (Span& part : parts) {
            part.begin = std::min(part.begin, limit);
            part.end = std::min({part.end, limit, std::max(parts.front().end, part.begin)});
            spans.push_back(part);
        }
    }
    return spans;
}

std::vector<Span> fixture_spans(const Profile& profile) {
    std::vector<Span> spans;
    for (const FixtureInstance& instance : profile.fixtures) {
        const std::size_t index = instance.use.fixture.value;
        const std::string name = index < profile.fixture_definitions.size()
                                     ? profile.fixture_definitions[index].name
                                     : std::string("fixture");
        spans.push_back(span_of(name, "fixture", instance.setup_begin, instance.setup.wall));
        if (instance.teardown_begin > Seconds(0)) {
            spans.push_back(span_of(
                name + " teardown", "fixture", instance.teardown_begin, instance.teardown.wall
            ));
        }
    }
    return spans;
}

/// The first track on which the span starts after, or lies within, whatever is still open.
class Tracks {
public:
    std::size_t place(const Span& span) {
        for (std::size_t i = 0; i < open_.size(); ++i) {
            std::vector<std::int64_t>& ends = open_[i];
            while (!ends.empty() && ends.back() <= span.begin) {
                ends.pop_back();
            }
            if (ends.empty() || span.end <= ends.back()) {
                ends.push_back(span.end);
                return i;
            }
        }
        open_.push_back({span.end});
        return open_.size() - 1;
    }

    [[nodiscard]] std::size_t count() const { return open_.size(); }

private:
    std::vector<std::vector<std::int64_t>> open_;  ///< ends of the open spans of each track
};

std::string event_of(const Span& span, std::size_t track) {
    return JsonObject()
        .text("name", span.name)
        .text("cat", span.category)
        .text("ph", "X")
        .number("pid", 1)
        .number("tid", static_cast<double>(track + 1))
        .number("ts", static_cast<double>(span.begin) / 1e3)
        .number("dur", static_cast<double>(span.end - span.begin) / 1e3)
        .str();
}

std::string name_event(std::string_view what, std::size_t track, std::string_view name) {
    return JsonObject()
        .text("name", what)
        .text("ph", "M")
        .number("pid", 1)
        .number("tid", static_cast<double>(track + 1))
        .raw("args", JsonObject().text("name", name).str())
        .str();
}

}  // namespace

std::string as_trace(const Profile& profile) {
    const std::vector<std::size_t> order = in_order_of_time(profile);
    const Seconds first = order.empty() ? Seconds(0) : profile.tests[order.front()].begin;
    std::vector<Span> spans = session_spans(profile, first);
    for (const auto& more : {test_spans(profile, order), fixture_spans(profile)}) {
        spans.insert(spans.end(), more.begin(), more.end());
    }
    // Outer spans first where both begin together; equal spans keep the order session, test,
    // phase, fixture, which is how they contain each other.
    std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    Tracks tracks;
    std::vector<std::string> events{name_event("process_name", 0, "sequential pytest run")};
    for (const Span& span : spans) {
        events.push_back(event_of(span, tracks.place(span)));
    }
    for (std::size_t i = 0; i < tracks.count(); ++i) {
        const std::string name = i == 0 ? "session" : fmt::format("overlapping {}", i);
        events.push_back(name_event("thread_name", i, name));
    }
    return JsonObject().text("displayTimeUnit", "ms").raw("traceEvents", json_array(events)).str()
           + "\n";
}

}  // namespace advisor
