#pragma once

// Runs a suite once, sequentially, under the recorder.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/host/instruments.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace advisor {

struct ProfileProgress {
    std::string_view stage;  ///< "starting", "collecting", "testing", "finishing"
    std::size_t collected = 0;
    std::size_t started = 0;
    std::size_t failed = 0;
    Seconds elapsed;
};

struct ProfileOptions {
    Seconds deadline;                 ///< zero: none
    Stream output = Stream::capture;  ///< pytest's own; captured: its end is in the result
    std::function<void(const ProfileProgress&)> progress;  ///< about every 10 ms; may be empty
};

struct ProfiledSuite {
    Profile profile;
    std::string output;        ///< the last of what pytest printed, where captured
    bool interrupted = false;  ///< advisor got a signal meanwhile, and passed it on
};

/// An error only where the suite could not be started at all. Whatever the suite did then stands in
/// `Profile::run`: failures, an incomplete recording and its reason.
[[nodiscard]] Result<ProfiledSuite>
profile_suite(const Suite& suite, const Instruments& instruments, const ProfileOptions& options);

}  // namespace advisor
