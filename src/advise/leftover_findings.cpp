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

/// One kind of what tests leave behind, and what is said of it.
struct Kind {
    std::int32_t Holdings::*held;
    const char* code;
    std::string_view found_as;  ///< how its lines in Leftovers::found begin
    const char* one;
    const char* many;
    const char* fate;
    const char* harm;
    const char* fix;
};

constexpr Kind k_processes{
    &Holdings::children,
    "processes-left",
    "process ",
    "child process",
    "child processes",
    "that tests began outlived them all",
    "every worker leaves as many, with their ports and files",
    "terminate them and wait for them in the tear-down of what began them"};

constexpr Kind k_threads{
    &Holdings::threads,
    "threads-left",
    "thread ",
    "thread",
    "threads",
    "that tests began outlived them all",
    "on each worker they use time of tests that come later, and what is forked from such a process "
    "can deadlock",
    "stop and join them in the tear-down of what began them"};

constexpr Kind k_descriptors{
    &Holdings::descriptors,
    "descriptors-left",
    "descriptor ",
    "descriptor",
    "descriptors",
    "that tests opened stayed open",
    "files and sockets that stay open are what workers collide on",
    "close them in the test; pytest -W error::ResourceWarning names the places"};

/// No cache of a library explains as many.
constexpr std::int64_t k_many_descriptors = 16;

/// Who left something of that kind, who left most first.
std::vector<Leaver> leavers_of(const Profile& profile, const Kind& kind) {
    std::vector<Leaver> all = leavers(profile);
    std::erase_if(all, [&](const Leaver& leaver) { return leaver.left.*kind.held == 0; });
    std::stable_sort(all.begin(), all.end(), [&](const Leaver& a, const Leaver& b) {
        return a.left.*kind.held > b.left.*kind.held;
    });
    return all;
}

/// ": thread a, thread b", or empty.
std::string shown_of(const Profile& profile, const Kind& kind) {
    std::string text;
    std::size_t shown = 0;
    for (const std::string& found : profile.leftovers->found) {
        if (found.starts_with(kind.found_as) && shown < k_most_shown) {
            text += (shown++ == 0 ? ": " : ", ") + found;
        }
    }
    return text;
}

/// Matters where there are `least` or more.
void find(
    const Profile& profile, const Kind& kind, std::int64_t least, std::vector<Finding>& findings
) {
    const std::vector<Leaver> all = leavers_of(profile, kind);
    std::int64_t left = 0;
    std::vector<std::string> subjects;
    for (const Leaver& leaver : all) {
        left += leaver.left.*kind.held;
        subjects.push_back(leaver.name);
    }
    if (left < least) {
        return;
    }
    subjects.resize(std::min(subjects.size(), k_most_subjects));
    findings.push_back(
        {kind.code,
         Severity::note,
         std::move(subjects),
         {{"left", static_cast<double>(left)}, {"leavers", static_cast<double>(all.size())}},
         fmt::format(
             "{} {}{}; {}",
             format_count(static_cast<std::size_t>(left), kind.one, kind.many),
             kind.fate,
             shown_of(profile, kind),
             kind.harm
         ),
         kind.fix}
    );
}

/// Processes of multiprocessing, which end with the process that began them.
std::int64_t of_multiprocessing(const std::vector<std::string>& found) {
    return std::count_if(found.begin(), found.end(), [](const std::string& line) {
        return line.find("multiprocessing.resource_tracker") != std::string::npos
               || line.find("multiprocessing.forkserver") != std::string::npos;
    });
}

}  // namespace

std::vector<Finding> leftover_findings(const Profile& profile) {
    std::vector<Finding> findings;
    if (profile.leftovers) {
        find(profile, k_processes, of_multiprocessing(profile.leftovers->found) + 1, findings);
        find(profile, k_threads, 1, findings);
        find(profile, k_descriptors, k_many_descriptors, findings);
    }
    return findings;
}

}  // namespace advisor
