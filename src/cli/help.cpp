#include <fmt/format.h>

#include <algorithm>

#include "cli/arguments.hpp"

namespace advisor::cli {

namespace {

constexpr std::size_t k_width = 100;

std::string wrapped(std::string_view text, std::size_t indent) {
    std::string out;
    std::size_t column = indent;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        if (column > indent && column + 1 + word.size() > k_width) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        }
        if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return out;
}

std::string left_column(const OptionSpec& option) {
    return option.argument.empty() ? fmt::format("--{}", option.name)
                                   : fmt::format("--{} {}", option.name, option.argument);
}

}  // namespace

std::string help_of(const CommandSpec& command) {
    std::string out = fmt::format(
        "usage: advisor {}{}{}\n\n{}\n",
        command.name,
        command.usage.empty() ? "" : " ",
        command.usage,
        command.summary
    );
    if (!command.text.empty()) {
        out += fmt::format("{}\n", wrapped(command.text, 0));
    }
    out += "\noptions:\n";
    std::size_t width = 0;
    for (const OptionSpec& option : command.options) {
        width = std::max(width, left_column(option).size());
    }
    for (const OptionSpec& option : command.options) {
        out += fmt::format(
            "  {:<{}}  {}\n", left_column(option), width, wrapped(option.help, width + 4)
        );
    }
    if (!command.examples.empty()) {
        out += "\nexamples:\n";
        for (const std::string_view example : command.examples) {
            out += fmt::format("  {}\n", example);
        }
    }
    return out;
}

}  // namespace advisor::cli
