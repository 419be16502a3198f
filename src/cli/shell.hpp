#pragma once

// How a command talks: results to standard output, everything else to standard error.

#include <advisor/base/result.hpp>
#include <advisor/report/text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/arguments.hpp"

namespace advisor::cli {

// Exit codes of all commands but `run`, whose own failures are k_own_failure (execute/run.hpp).
inline constexpr int k_success = 0;
inline constexpr int k_negative = 1;      ///< gate: regression; plan: no point; doctor: unfit
inline constexpr int k_usage = 2;         ///< and input or environment that cannot be used
inline constexpr int k_suite_failed = 3;  ///< advice, where there is some, is marked
inline constexpr int k_inconclusive = 3;  ///< gate
inline constexpr int k_unfit = 4;         ///< gate

class Shell {
public:
    /// From the options that every command has, and the environment (NO_COLOR, FORCE_COLOR, CI).
    [[nodiscard]] static Result<Shell> of(const Arguments& arguments);

    [[nodiscard]] const TextStyle& style() const { return style_; }
    [[nodiscard]] bool json() const { return json_; }

    /// A result. False, after a message, where standard output cannot take it; a reader that went
    /// away is no failure, and the exit code stays that of the command's work.
    [[nodiscard]] bool print(std::string_view text) const;

    /// A line that stays, unless --quiet.
    void note(std::string_view line) const;

    /// A line that the next one replaces; shown on a terminal only.
    void progress(const std::string& line);
    void end_progress();
    [[nodiscard]] bool shows_progress() const { return progress_; }

private:
    TextStyle style_;
    bool json_ = false;
    bool quiet_ = false;
    bool progress_ = false;
    bool line_is_open_ = false;
    std::int64_t last_progress_ns_ = 0;
};

/// "error: what: because" and "hint: ...", to standard error.
void report_error(const Error& error);

[[nodiscard]] int exit_code_of(const Error& error);

[[nodiscard]] std::optional<std::string> environment(const char* name);

/// --json, --color, --quiet and --help.
[[nodiscard]] std::vector<OptionSpec> with_common(std::vector<OptionSpec> options);

}  // namespace advisor::cli
