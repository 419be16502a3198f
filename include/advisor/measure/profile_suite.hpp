#pragma once

// Runs a suite once, sequentially, under the recorder.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/host/instruments.hpp>
#include <advisor/store/recording.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace advisor {

struct ProfileProgress {
    std::string_view stage;  ///< "starting", "collecting", "testing", "finishing"
    std::size_t collected = 0;
    std::size_t started = 0;
    std::size_t failed = 0;
    Seconds elapsed;
    std::optional<Seconds> remaining;  ///< of testing, if what is left takes as long a test
};

/// How time holding the GIL is come by. Counting is exact, and takes a library that is preloaded
/// into the interpreter (dialect/plugin/advisor_gil.c); its children and the tests do not see it.
/// Where a library cannot be preloaded or does not know the lock, samples must do.
enum class GilReading : std::uint8_t {
    automatic,  ///< sampled from outside; counted where that is known beforehand not to work
    exact,      ///< counted
    none,
};

struct ProfileOptions {
    Seconds deadline;  ///< zero: none
    GilReading gil = GilReading::automatic;
    bool peaks = true;  ///< of memory, by test; a suite that reads VmHWM or ru_maxrss sees them end
    Stream output = Stream::capture;  ///< pytest's own; captured: its end is in the result
    std::function<void(const ProfileProgress&)> progress;  ///< about every 10 ms; may be empty
    /// How the path of a file begins that keeps the recording should this process be killed
    /// (recover_profile.hpp). Empty: none does.
    std::string keep_as;
};

struct ProfiledSuite {
    Profile profile;
    std::string output;                 ///< the last of what pytest printed, where captured
    bool interrupted = false;           ///< advisor got a signal meanwhile, and passed it on
    bool timed_out = false;             ///< the deadline passed
    bool while_collecting = false;      ///< it ended so, when modules of the suite are imported
    std::optional<RecordingFile> kept;  ///< to be removed when the profile is safe; there if it was
                                        ///< asked for
};

/// An error only where the suite could not be started at all. Whatever the suite did then stands in
/// `Profile::run`: failures, an incomplete recording and its reason.
[[nodiscard]] Result<ProfiledSuite>
profile_suite(const Suite& suite, const Instruments& instruments, const ProfileOptions& options);

}  // namespace advisor
