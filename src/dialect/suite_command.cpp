#include "advisor/dialect/suite_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace advisor {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view("@%+=:,./-_").find(c) != std::string_view::npos;
}

std::string quoted(const std::string& word) {
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
        return word;
    }
    std::string text = "'";
    for (const char c : word) {
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return text + "'";
}

/// Less those options with their values, be it in one word or two.
std::vector<std::string> without_options(
    const std::vector<std::string>& arguments, std::span<const std::string_view> options
) {
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        const std::string_view name = word.substr(0, word.find('='));
        if (std::find(options.begin(), options.end(), name) == options.end()) {
            kept.emplace_back(word);
        } else {
            i += name.size() == word.size() ? 1 : 0;  // its value is the next word
        }
    }
    return kept;
}

SuiteCommand by_interpreter(std::string python, std::vector<std::string> arguments) {
    return {{python, "-m", "pytest"}, std::move(arguments), std::move(python)};
}

}  // namespace

std::vector<std::string> SuiteCommand::words() const {
    std::vector<std::string> all = launcher;
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

SuiteCommand split_at_pytest(const std::vector<std::string>& words) {
    const auto pytest = std::find_if(words.begin(), words.end(), [](const std::string& word) {
        return word == "pytest" || word.ends_with("/pytest");
    });
    const auto arguments = pytest == words.end() ? pytest : pytest + 1;
    SuiteCommand command{{words.begin(), arguments}, {arguments, words.end()}, ""};
    const bool found = pytest != words.end();
    if (found && command.launcher.size() == 3 && command.launcher[1] == "-m") {
        command.python = command.launcher.front();
    }
    return command;
}

SuiteCommand on_any_machine(const SuiteCommand& command) {
    SuiteCommand split = split_at_pytest(command.words());
    if (!split.python.empty()) {
        // Not "pytest" alone, which has another sys.path.
        return {{"python", "-m", "pytest"}, std::move(split.arguments), "python"};
    }
    if (split.launcher.size() == 1 && split.launcher.front().ends_with("/pytest")) {
        return {{"pytest"}, std::move(split.arguments), ""};
    }
    return command;
}

std::vector<std::string> without_report_files(const std::vector<std::string>& arguments) {
    static constexpr std::array<std::string_view, 6> k_writing{
        "--junitxml", "--junit-xml", "--report-log", "--html", "--json-report-file", "--csv"};
    return without_options(arguments, k_writing);
}

Result<SuiteCommand> suite_command(
    const InterpreterWish& wish,
    std::vector<std::string> arguments,
    const std::function<bool(const std::string&)>& exists
) {
    if (wish.python && wish.command) {
        return fail(
            ErrorKind::usage,
            "--python and --command cannot both be given",
            "a launcher brings its own interpreter",
            "give the one that starts your pytest"
        );
    }
    if (wish.command) {
        auto words = split_words(*wish.command);
        if (!words) {
            return tl::unexpected(words.error());
        }
        if (words->empty()) {
            return fail(
                ErrorKind::usage, "--command is empty", "", "for example --command 'uv run pytest'"
            );
        }
        return SuiteCommand{std::move(*words), std::move(arguments), ""};
    }
    if (wish.python) {
        const bool is_path = wish.python->find('/') != std::string::npos;
        if (is_path && !exists(*wish.python)) {
            return fail(
                ErrorKind::usage,
                fmt::format("there is no interpreter '{}'", *wish.python),
                "it is not an executable file",
                "--python takes a path or a name on PATH, such as .venv/bin/python"
            );
        }
        return by_interpreter(*wish.python, std::move(arguments));
    }
    if (wish.virtual_env && exists(*wish.virtual_env + "/bin/python")) {
        return by_interpreter(*wish.virtual_env + "/bin/python", std::move(arguments));
    }
    return by_interpreter("python3", std::move(arguments));
}

std::vector<std::string> without_reporting(const std::vector<std::string>& arguments) {
    static constexpr std::array<std::string_view, 8> k_with_value{
        "--maxfail",
        "--tb",
        "--color",
        "--durations",
        "--durations-min",
        "--junitxml",
        "--junit-xml",
        "--verbosity"};
    static constexpr std::array<std::string_view, 6> k_alone{
        "--exitfirst", "--verbose", "--quiet", "--no-header", "--no-summary", "--showlocals"};
    std::vector<std::string> kept = without_options(arguments, k_with_value);
    std::erase_if(kept, [&](std::string_view word) {
        const bool letters = word.size() > 1 && word.front() == '-'
                             && word.find_first_not_of("vqxsl", 1) == std::string_view::npos;
        return letters || std::find(k_alone.begin(), k_alone.end(), word) != k_alone.end();
    });
    return kept;
}

Result<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == '\0' && is_blank(c)) {
            if (word) {
                words.push_back(std::move(*word));
                word.reset();
            }
            continue;
        }
        if (!word) {
            word.emplace();
        }
        if (c == quote) {
            quote = '\0';
        } else if (quote == '\0' && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
            *word += text[++i];
        } else {
            *word += c;
        }
    }
    if (quote != '\0') {
        return fail(
            ErrorKind::usage, fmt::format("cannot split '{}' into words", text), "a quote is open"
        );
    }
    if (word) {
        words.push_back(std::move(*word));
    }
    return words;
}

std::string join_words(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        line += (line.empty() ? "" : " ") + quoted(word);
    }
    return line;
}

}  // namespace advisor
