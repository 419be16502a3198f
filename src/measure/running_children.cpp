#include "measure/running_children.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include "measure/spans_in_time.hpp"

namespace advisor {

namespace {

struct Seen {
    int parent = 0;
    std::int64_t cpu_ns = 0;      ///< as it was read last
    std::int64_t charged_ns = 0;  ///< with that of descendants of its own that are gone
};

class RunningChildren {
public:
    explicit RunningChildren(RecordedRun& run)
        : run_(run),
          spans_(run.spans) {}

    void read(const ChildrenReading& reading) {
        std::map<int, Seen> now;
        std::int64_t grown_ns = 0;
        for (const Descendant& each : reading.processes) {
            Seen& seen = now[each.pid];
            if (const auto before = seen_.find(each.pid); before != seen_.end()) {
                seen = before->second;
            }
            const std::int64_t grown = std::max<std::int64_t>(0, each.cpu_ns - seen.cpu_ns);
            seen = {each.parent, each.cpu_ns, seen.charged_ns + grown};
            grown_ns += grown;
        }
        for (const auto& [pid, seen] : seen_) {
            if (now.count(pid) == 0) {
                leave(seen, reading.at_ns, now);
            }
        }
        give(grown_ns, reading.at_ns);
        seen_ = std::move(now);
        at_ns_ = reading.at_ns;
    }

private:
    /// What is gone was waited for since the last reading: by the suite's process, which was
    /// charged for it at the next mark, often long after this reading; or by one that is still
    /// there. Nobody was charged for what is nobody's child.
    void leave(const Seen& seen, std::int64_t now_ns, std::map<int, Seen>& now) {
        if (const auto parent = now.find(seen.parent); parent != now.end()) {
            parent->second.charged_ns += seen.charged_ns;
            return;
        }
        Seconds left(seen.parent == 0 ? 0.0 : static_cast<double>(seen.charged_ns) * 1e-9);
        auto reaping = std::lower_bound(
            run_.reapings.begin(),
            run_.reapings.end(),
            at_ns_,
            [](const Reaping& each, std::int64_t at_ns) {
                return static_cast<std::int64_t>(each.at_ns) < at_ns;
            }
        );
        for (; reaping != run_.reapings.end() && left > Seconds(0); ++reaping) {
            const Seconds part = std::min(left, reaping->cpu);
            run_.charge_children(reaping->account, Seconds(0) - part);
            reaping->cpu = reaping->cpu - part;
            left = left - part;
            if (static_cast<std::int64_t>(reaping->at_ns) >= now_ns) {
                break;
            }
        }
    }

    /// To the spans between the last reading and this one, by their wall.
    void give(std::int64_t grown_ns, std::int64_t now_ns) {
        if (grown_ns > 0 && now_ns > at_ns_) {
            const double s_per_ns =
                static_cast<double>(grown_ns) * 1e-9 / static_cast<double>(now_ns - at_ns_);
            spans_.each(at_ns_, now_ns, [&](const RecordedSpan& span, double ns) {
                run_.charge_children(span.account, Seconds(ns * s_per_ns));
            });
        }
        spans_.pass(now_ns);
    }

    RecordedRun& run_;
    std::map<int, Seen> seen_;
    SpansInTime<RecordedSpan> spans_;
    std::int64_t at_ns_ = 0;
};

}  // namespace

void charge_running_children(RecordedRun& run, const std::vector<ChildrenReading>& readings) {
    RunningChildren children(run);
    for (const ChildrenReading& reading : readings) {
        children.read(reading);
    }
}

}  // namespace advisor
