#pragma once

// How the user starts pytest: by an interpreter, or by a launcher such as "uv run pytest".

#include <advisor/base/result.hpp>
#include <advisor/domain/host.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

struct SuiteCommand {
    std::vector<std::string> launcher;   ///< words up to and including pytest
    std::vector<std::string> arguments;  ///< pytest's own
    /// The interpreter, as far as it is known without asking: empty behind a launcher.
    std::string python;

    [[nodiscard]] std::vector<std::string> words() const;
    friend bool operator==(const SuiteCommand&, const SuiteCommand&) = default;
};

/// A suite as the user gives it, and the interpreter that its command turned out to use.
struct Suite {
    SuiteCommand command;
    std::string directory;
    Interpreter interpreter;
};

/// The launcher apart from pytest's arguments, which in the command of a recording are not told
/// from it. All are the launcher's where no word is pytest's name.
[[nodiscard]] SuiteCommand split_at_pytest(const std::vector<std::string>& words);

/// With the python of another machine for an interpreter of this one; a launcher stays.
[[nodiscard]] SuiteCommand on_any_machine(const SuiteCommand& command);

struct InterpreterWish {
    std::optional<std::string> python;       ///< --python
    std::optional<std::string> command;      ///< --command
    std::optional<std::string> virtual_env;  ///< VIRTUAL_ENV of the environment
};

/// The wished launcher or interpreter; else the active environment's; else python3 on PATH.
/// `exists` says whether a path is an executable file. Both wishes at once are a usage error.
[[nodiscard]] Result<SuiteCommand> suite_command(
    const InterpreterWish& wish,
    std::vector<std::string> arguments,
    const std::function<bool(const std::string&)>& exists
);

/// The arguments less those that only say how pytest reports and when it stops: -v, -q, -x, -s,
/// --maxfail, --tb, --color, --durations, --junitxml and the like. The same tests, the same costs.
[[nodiscard]] std::vector<std::string> without_reporting(const std::vector<std::string>& arguments);

/// The arguments less those that name a file to report to: --junitxml, --report-log, --html and the
/// like. A further run of some tests must not write over the report of all.
[[nodiscard]] std::vector<std::string>
without_report_files(const std::vector<std::string>& arguments);

/// Splits as a POSIX shell does without expansions: blanks, both quotes, backslash.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view text);

/// The inverse for one line that a user could type.
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);

}  // namespace advisor
