#include <advisor/base/text.hpp>
#include <advisor/domain/leftovers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "advise/findings.hpp"

namespace advisor {

namespace {

constexpr std::size_t k_most_subjects = 10;
constexpr std::size_t k_most_shown = 3;

/// One kind of what tests leave behind: who left how many, and what some of it was.
struct Kind {
    std::vector<std::string> leavers;  ///< who left most first
    std::int64_t left = 0;
    std::string shown;  ///< ": thread a, thread b", or empty
};

Kind kind_of(const Profile& profile, std::int32_t Holdings::*member, std::string_view word) {
    std::vector<Leaver> all = leavers(profile);
    std::erase_if(all, [&](const Leaver& leaver) { return leaver.left.*member == 0; });
    std::stable_sort(all.begin(), all.end(), [&](const Leaver& a, const Leaver& b) {
        return a.left.*member > b.left.*member;
    });
    Kind kind;
    for (const Leaver& leaver : all) {
        kind.left += leaver.left.*member;
        kind.leavers.push_back(leaver.name);
    }
    std::size_t shown = 0;
    for (const std::string& found : profile.leftovers->found) {
        if (found.starts_with(word) && shown < k_most_shown) {
            kind.shown += (shown++ == 0 ? ": " : ", ") + found;
        }
    }
    return kind;
}

Finding finding_of(std::string code, const Kind& kind, std::string message, std::string fix) {
    std::vector<std::string> subjects = kind.leavers;
    subjects.resize(std::min(subjects.size(), k_most_subjects));
    return {
        std::move(code),
        Severity::note,
        std::move(subjects),
        {{"left", static_cast<double>(kind.left)},
         {"leavers", static_cast<double>(kind.leavers.size())}},
        std::move(message),
        std::move(fix)};
}

void threads_left(const Profile& profile, std::vector<Finding>& out) {
    const Kind kind = kind_of(profile, &Holdings::threads, "thread ");
    if (kind.left == 0) {
        return;
    }
    out.push_back(finding_of(
        "threads-left",
        kind,
        fmt::format(
            "{} that tests began still ran when the session ended{}; on each worker they use time "
            "of tests that come later, and what is forked from such a process can deadlock",
            format_count(static_cast<std::size_t>(kind.left), "thread"),
            kind.shown
        ),
        "stop and join them in the tear-down of what began them"
    ));
}

/// Matters from a number on that no cache of a library explains.
void descriptors_left(const Profile& profile, std::vector<Finding>& out) {
    constexpr std::int64_t k_enough = 16;
    const Kind kind = kind_of(profile, &Holdings::descriptors, "descriptor ");
    if (kind.left < k_enough) {
        return;
    }
    out.push_back(finding_of(
        "descriptors-left",
        kind,
        fmt::format(
            "{} that tests opened were never closed{}; files and sockets that stay open are what "
            "workers collide on",
            format_count(static_cast<std::size_t>(kind.left), "descriptor"),
            kind.shown
        ),
        "close them in the test; pytest -W error::ResourceWarning names the places"
    ));
}

/// Matters where they are not multiprocessing's own, which end with the process.
void processes_left(const Profile& profile, std::vector<Finding>& out) {
    const Kind kind = kind_of(profile, &Holdings::children, "process ");
    const auto& found = profile.leftovers->found;
    const auto own = std::count_if(found.begin(), found.end(), [](const std::string& line) {
        return line.find("multiprocessing.resource_tracker") != std::string::npos
               || line.find("multiprocessing.forkserver") != std::string::npos;
    });
    if (kind.left <= own) {
        return;
    }
    out.push_back(finding_of(
        "processes-left",
        kind,
        fmt::format(
            "{} that tests began {} still there when the session ended{}; every worker leaves as "
            "many, with their ports and files",
            format_count(static_cast<std::size_t>(kind.left), "child process", "child processes"),
            kind.left == 1 ? "was" : "were",
            kind.shown
        ),
        "terminate them and wait for them in the tear-down of what began them"
    ));
}

}  // namespace

std::vector<Finding> leftover_findings(const Profile& profile) {
    std::vector<Finding> findings;
    if (profile.leftovers) {
        processes_left(profile, findings);
        threads_left(profile, findings);
        descriptors_left(profile, findings);
    }
    return findings;
}

}  // namespace advisor
