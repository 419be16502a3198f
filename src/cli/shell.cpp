#include "cli/shell.hpp"

#include <advisor/base/text.hpp>
#include <advisor/host/clock.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace advisor::cli {

namespace {

constexpr std::int64_t k_progress_interval_ns = 100'000'000;

bool is_set(const char* name) {
    return environment(name).has_value();
}

bool wants_colour(const std::string& when) {
    if (when != "auto") {
        return when == "always";
    }
    if (is_set("NO_COLOR")) {
        return false;
    }
    return is_set("FORCE_COLOR")
           || (::isatty(STDOUT_FILENO) == 1 && environment("TERM").value_or("") != "dumb");
}

/// The locale's encoding, by the usual variables; nothing set means the C locale.
bool wants_unicode() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (const auto value = environment(name)) {
            return value->find("UTF-8") != std::string::npos
                   || value->find("utf8") != std::string::npos;
        }
    }
    return false;
}

}  // namespace

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

Result<Shell> Shell::of(const Arguments& arguments) {
    Shell shell;
    shell.json_ = arguments.has("json");
    shell.quiet_ = arguments.has("quiet");
    const std::string when = arguments.value("color").value_or("auto");
    if (when != "auto" && when != "always" && when != "never") {
        return fail(
            ErrorKind::usage,
            fmt::format("--color cannot be '{}'", when),
            "",
            "it takes auto, always or never"
        );
    }
    shell.style_.colour = wants_colour(when);
    shell.style_.unicode = wants_unicode();
    shell.style_.every_row = arguments.has("all");
    shell.progress_ = !shell.quiet_ && ::isatty(STDERR_FILENO) == 1 && !is_set("CI");
    return shell;
}

bool Shell::print(std::string_view text) const {
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (written || errno == EPIPE) {
        return true;  // who reads no more, as head does, has what it wanted
    }
    report_error(
        {ErrorKind::environment, "cannot write to standard output", std::strerror(errno), ""}
    );
    return false;
}

void Shell::note(std::string_view line) const {
    if (!quiet_) {
        std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    }
}

void Shell::progress(const std::string& line) {
    const std::int64_t now = monotonic_ns();
    if (!progress_ || now - last_progress_ns_ < k_progress_interval_ns) {
        return;
    }
    last_progress_ns_ = now;
    line_is_open_ = true;
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
}

void Shell::end_progress() {
    if (line_is_open_) {
        std::fputs("\r\033[K", stderr);
        line_is_open_ = false;
        last_progress_ns_ = 0;
    }
}

void report_error(const Error& error) {
    std::string text = fmt::format("advisor: error: {}", escape_terminal(error.what));
    if (!error.because.empty()) {
        text += fmt::format(": {}", escape_terminal(error.because));
    }
    text += '\n';
    if (!error.hint.empty()) {
        text += fmt::format("advisor: hint: {}\n", escape_terminal(error.hint));
    }
    std::fputs(text.c_str(), stderr);
}

int exit_code_of(const Error& error) {
    return error.kind == ErrorKind::suite_failed ? k_suite_failed : k_usage;
}

std::vector<OptionSpec> with_common(std::vector<OptionSpec> options) {
    options.push_back({"json", "", "print the result as a JSON document"});
    options.push_back({"color", "WHEN", "auto, always or never"});
    options.push_back({"quiet", "", "no progress and no remarks on standard error"});
    options.push_back({"help", "", "this text"});
    return options;
}

}  // namespace advisor::cli
