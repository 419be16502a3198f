#include "cli/arguments.hpp"

#include <advisor/base/text.hpp>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace advisor::cli {

namespace {

namespace po = boost::program_options;

constexpr int k_style =
    po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;

po::options_description description_of(const CommandSpec& command) {
    po::options_description description;
    for (const OptionSpec& option : command.options) {
        const std::string name(option.name);
        if (option.argument.empty()) {
            description.add_options()(name.c_str(), "");
        } else {
            description.add_options(
            )(name.c_str(), po::value<std::vector<std::string>>()->composing(), "");
        }
    }
    return description;
}

Error unknown_option(const CommandSpec& command, const std::string& word) {
    std::vector<std::string_view> known;
    for (const OptionSpec& option : command.options) {
        known.push_back(option.name);
    }
    std::string bare = word.substr(std::min(word.find_first_not_of('-'), word.size()));
    bare = bare.substr(0, bare.find('='));
    const auto near = nearest(bare, known);
    std::string hint = near ? fmt::format("did you mean --{}?", *near)
                            : fmt::format("advisor {} --help lists the options", command.name);
    if (!near && command.takes_suite) {
        hint =
            fmt::format("options of pytest stand after --: advisor {} -- {}", command.name, word);
    }
    return {
        ErrorKind::usage,
        fmt::format("unknown option '{}' of advisor {}", word, command.name),
        "",
        std::move(hint)};
}

Error unexpected_word(const CommandSpec& command, const std::string& word) {
    std::string hint = fmt::format("advisor {} --help shows how it is used", command.name);
    if (command.takes_suite) {
        hint =
            fmt::format("arguments of pytest stand after --: advisor {} -- {}", command.name, word);
    }
    return {
        ErrorKind::usage,
        fmt::format("unexpected '{}'", word),
        fmt::format("advisor {} takes no such argument", command.name),
        std::move(hint)};
}

/// Which of two values was meant cannot be told; a flag says the same twice.
Status unless_repeated(const CommandSpec& command, const Arguments& arguments) {
    for (const OptionSpec& option : command.options) {
        const std::vector<std::string>& values = arguments.all(option.name);
        if (!option.repeatable && !option.argument.empty() && values.size() > 1) {
            return fail(
                ErrorKind::usage,
                fmt::format("--{} was given twice", option.name),
                fmt::format(
                    "it takes one value, and there are '{}' and '{}'", values[0], values[1]
                ),
                "leave one of them out"
            );
        }
    }
    return {};
}

Status unless_excluded(const CommandSpec& command, const Arguments& arguments) {
    for (const OptionSpec& option : command.options) {
        if (!option.excludes.empty() && arguments.has(option.name)
            && arguments.has(option.excludes)) {
            return fail(
                ErrorKind::usage,
                fmt::format("--{} cannot be given with --{}", option.name, option.excludes),
                "each says the opposite of the other",
                "leave one of them out"
            );
        }
    }
    return {};
}

Result<Arguments> sorted_out(const CommandSpec& command, const po::parsed_options& parsed) {
    Arguments arguments;
    for (const po::option& option : parsed.options) {
        if (option.position_key >= 0 || option.string_key.empty()) {
            for (const std::string& word : option.value) {
                if (command.positional.empty() || arguments.positional) {
                    return tl::unexpected(unexpected_word(command, word));
                }
                arguments.positional = word;
            }
            continue;
        }
        if (option.unregistered) {
            return tl::unexpected(unknown_option(command, option.original_tokens.front()));
        }
        std::vector<std::string>& values = arguments.values[option.string_key];
        if (option.value.empty()) {
            values.emplace_back();
        }
        values.insert(values.end(), option.value.begin(), option.value.end());
    }
    const bool needs_option = arguments.positional && !command.positional_of.empty();
    if (needs_option && !arguments.has(command.positional_of)) {
        return tl::unexpected(unexpected_word(command, *arguments.positional));
    }
    if (Status once = unless_repeated(command, arguments); !once) {
        return tl::unexpected(std::move(once.error()));
    }
    if (Status fit = unless_excluded(command, arguments); !fit) {
        return tl::unexpected(std::move(fit.error()));
    }
    return arguments;
}

}  // namespace

std::optional<std::string> Arguments::value(std::string_view option) const {
    const auto& given = all(option);
    return given.empty() ? std::nullopt : std::optional(given.back());
}

const std::vector<std::string>& Arguments::all(std::string_view option) const {
    static const std::vector<std::string> k_none;
    const auto found = values.find(option);
    return found == values.end() ? k_none : found->second;
}

Result<Arguments> parse(const CommandSpec& command, const std::vector<std::string>& words) {
    const auto dashes = std::find(words.begin(), words.end(), "--");
    const std::vector<std::string> own(words.begin(), dashes);
    Result<Arguments> arguments;
    try {
        const po::options_description description = description_of(command);
        // Without positions of its own Boost would refuse positional words without naming them.
        const po::parsed_options parsed = po::command_line_parser(own)
                                              .options(description)
                                              .style(k_style)
                                              .allow_unregistered()
                                              .run();
        arguments = sorted_out(command, parsed);
    } catch (const po::error& error) {
        return fail(
            ErrorKind::usage,
            fmt::format("cannot read the options of advisor {}", command.name),
            error.what(),
            fmt::format("advisor {} --help lists the options", command.name)
        );
    }
    if (!arguments || dashes == words.end()) {
        return arguments;
    }
    if (!command.takes_suite) {
        return fail(
            ErrorKind::usage,
            fmt::format("advisor {} takes nothing after --", command.name),
            "it does not run a suite"
        );
    }
    arguments->suite.assign(dashes + 1, words.end());
    return arguments;
}

Result<double> parse_duration_s(std::string_view text) {
    const auto refuse = [&] {
        return fail(
            ErrorKind::usage,
            fmt::format("'{}' is not a duration", text),
            "",
            "for example 300, 90s, 500ms, 5m or 1h30m"
        );
    };
    double total = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
        double number = 0;
        const auto [end, error] = std::from_chars(
            rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed
        );
        if (error != std::errc() || !std::isfinite(number) || number < 0) {
            return refuse();
        }
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789."));
        const double factor = unit == "ms"                  ? 1e-3
                              : unit.empty() || unit == "s" ? 1
                              : unit == "m"                 ? 60
                              : unit == "h"                 ? 3600
                                                            : 0;
        if (factor == 0) {
            return refuse();
        }
        total += number * factor;
        rest.remove_prefix(unit.size());
    }
    if (text.empty() || total <= 0 || total > 1e7) {
        return refuse();
    }
    return total;
}

Result<std::uint32_t>
parse_count(std::string_view option, const std::string& text, std::uint32_t most) {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > most) {
        return fail(
            ErrorKind::usage,
            fmt::format("--{} takes a whole number from 1 to {}", option, most),
            fmt::format("it was given '{}'", text)
        );
    }
    return count;
}

}  // namespace advisor::cli
