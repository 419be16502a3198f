#pragma once

// The words of one command: which options it has, and what a user gave. Boost.Program_options
// splits and checks; abbreviations are off, and an unknown option is answered with the nearest one.

#include <advisor/base/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advisor::cli {

struct OptionSpec {
    std::string_view name;      ///< without dashes
    std::string_view argument;  ///< placeholder; empty: a flag
    std::string_view help;
    bool repeatable = false;      ///< may be given several times; else a second value is refused
    bool is_written = false;      ///< names a file that the command writes when all else is done
    std::string_view excludes{};  ///< the name of an option that cannot be given with it
};

[[nodiscard]] constexpr OptionSpec written_file(std::string_view name, std::string_view help) {
    return {name, "FILE", help, false, true};
}

struct CommandSpec {
    std::string_view name;
    std::string_view summary;  ///< one line
    std::string_view usage;    ///< what follows the name
    std::string_view text;     ///< a few lines more; may be empty
    std::vector<OptionSpec> options;
    std::vector<std::string_view> examples;
    bool takes_suite = false;        ///< pytest's arguments after --
    std::string_view positional;     ///< name of the one positional argument; empty: none
    std::string_view positional_of;  ///< the option that allows it; empty: it needs none
};

class Arguments {
public:
    [[nodiscard]] bool has(std::string_view option) const { return !all(option).empty(); }
    /// Of an option that takes one value.
    [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
    [[nodiscard]] const std::vector<std::string>& all(std::string_view option) const;

    std::map<std::string, std::vector<std::string>, std::less<>> values;
    std::optional<std::string> positional;
    std::vector<std::string> suite;  ///< after --
};

/// `words` without the command's name.
[[nodiscard]] Result<Arguments>
parse(const CommandSpec& command, const std::vector<std::string>& words);

/// One screen.
[[nodiscard]] std::string help_of(const CommandSpec& command);

/// "90", "90s", "500ms", "5m", "1h30m", "1.5m". A bare number is seconds.
[[nodiscard]] Result<double> parse_duration_s(std::string_view text);

/// A whole number from 1 to `most`.
[[nodiscard]] Result<std::uint32_t>
parse_count(std::string_view option, const std::string& text, std::uint32_t most);

}  // namespace advisor::cli
