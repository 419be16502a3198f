#include <advisor/base/text.hpp>
#include <advisor/report/export.hpp>
#include <advisor/report/markdown.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/imports.hpp>
#include <advisor/store/model_data.hpp>

#include <fmt/format.h>

#include <optional>

#include "cli/commands.hpp"
#include "cli/saved.hpp"

namespace advisor::cli {

namespace {

struct Request {
    std::string format;
    TextStyle style;
};

Error no_such_form(DocumentKind kind, const std::string& format) {
    const std::string hint = kind == DocumentKind::profile ? "it has text, markdown, json and trace"
                             : kind == DocumentKind::advice ? "it has text, markdown, html and json"
                                                            : "it has text, markdown and json";
    return {
        ErrorKind::usage,
        fmt::format("a document of kind {} has no form '{}'", name_of(kind), format),
        "",
        hint};
}

template <typename T>
Result<std::string> rendered(DocumentKind kind, const Result<T>& value, const Request& request) {
    if (!value) {
        return tl::unexpected(value.error());
    }
    if (request.format == "json") {
        return to_json(*value);
    }
    if (request.format == "text") {
        return as_text(*value, request.style);
    }
    if constexpr (requires { as_markdown(*value); }) {
        if (request.format == "markdown") {
            return as_markdown(*value);
        }
    }
    if constexpr (requires { as_html(*value); }) {
        if (request.format == "html") {
            return as_html(*value);
        }
    }
    if constexpr (requires { as_trace(*value); }) {
        if (request.format == "trace") {
            return as_trace(*value);
        }
    }
    return tl::unexpected(no_such_form(kind, request.format));
}

Result<std::string>
render(const std::string& text, const std::string& origin, const Request& request) {
    const auto kind = document_kind(text, origin);
    if (!kind) {
        const auto imported = read_any_profile(text, origin);
        return imported || is_xml(text) ? rendered(DocumentKind::profile, imported, request)
                                        : tl::unexpected(kind.error());
    }
    switch (*kind) {
    case DocumentKind::advice: return rendered(*kind, read_advice(text, origin), request);
    case DocumentKind::profile: return rendered(*kind, read_profile(text, origin), request);
    case DocumentKind::outcome: return rendered(*kind, read_outcome(text, origin), request);
    case DocumentKind::calibration: return rendered(*kind, read_calibration(text, origin), request);
    case DocumentKind::gate: return rendered(*kind, read_gate(text, origin), request);
    case DocumentKind::plan: return rendered(*kind, read_plan(text, origin), request);
    case DocumentKind::shards: return rendered(*kind, read_shards(text, origin), request);
    case DocumentKind::doctor: return rendered(*kind, read_doctor(text, origin), request);
    case DocumentKind::verification:
        return rendered(*kind, read_verification(text, origin), request);
    case DocumentKind::measured_runs:
        return fail(
            ErrorKind::usage,
            fmt::format("'{}' cannot be shown", escape_terminal(origin)),
            "it is what advisor run and verify measured, for the next advice to learn from",
            "advisor analyze says what it learnt"
        );
    case DocumentKind::recording: break;
    }
    return fail(
        ErrorKind::input,
        fmt::format("'{}' is no document yet", escape_terminal(origin)),
        "it is the recording of an advisor that was killed",
        fmt::format("advisor profile --recover {}", escape_terminal(origin))
    );
}

/// How accurate predictions are, of no document.
Result<std::string> about_accuracy(const Arguments& arguments, const Shell& shell) {
    if (arguments.positional || arguments.has("tests-csv")) {
        return fail(
            ErrorKind::usage,
            "--about-accuracy takes no document",
            "it prints what this version of advisor was measured to be",
            "leave one of them out, or call advisor report twice"
        );
    }
    const std::string format = arguments.value("format").value_or(shell.json() ? "json" : "text");
    if (format == "json") {
        return std::string(shipped_accuracy_json());
    }
    if (format == "markdown") {
        return as_markdown(shipped_accuracy());
    }
    if (format == "text") {
        return as_text(shipped_accuracy(), shell.style());
    }
    return fail(
        ErrorKind::usage,
        fmt::format("the accuracy has no form '{}'", escape_terminal(format)),
        "",
        "it has text, markdown and json"
    );
}

Result<std::string> produce(const Arguments& arguments, const Shell& shell) {
    if (arguments.has("about-accuracy")) {
        return about_accuracy(arguments, shell);
    }
    if (const auto path = arguments.value("tests-csv")) {
        if (arguments.positional) {
            return fail(
                ErrorKind::usage,
                "advisor report takes one document",
                fmt::format("'{}' and --tests-csv '{}' are two", *arguments.positional, *path),
                "--tests-csv PROFILE prints the tests of it; --output FILE writes them"
            );
        }
        for (const char* form : {"format", "json"}) {
            if (arguments.has(form)) {
                return fail(
                    ErrorKind::usage,
                    fmt::format("--{} cannot be given with --tests-csv", form),
                    "the tests of a profile are printed as CSV",
                    "leave one of them out, or call advisor report twice"
                );
            }
        }
        const auto profile = read_profile_file(*path);
        return profile ? Result<std::string>(tests_csv(*profile)) : tl::unexpected(profile.error());
    }
    if (!arguments.positional) {
        return fail(
            ErrorKind::usage,
            "advisor report needs a document",
            "",
            "advisor report FILE; .advisor/ holds what analyze and profile saved"
        );
    }
    const auto text = read_document_file(*arguments.positional);
    if (!text) {
        return tl::unexpected(text.error());
    }
    const std::string format = arguments.value("format").value_or(shell.json() ? "json" : "text");
    if (nearest(format, {"text", "markdown", "html", "json", "trace"}) != format) {
        return fail(
            ErrorKind::usage,
            fmt::format("'{}' is no form of a document", format),
            "",
            "--format takes text, markdown, html, json or trace"
        );
    }
    return render(*text, *arguments.positional, {format, shell.style()});
}

int report(const Arguments& arguments, Shell& shell) {
    const auto text = produce(arguments, shell);
    if (!text) {
        report_error(text.error());
        return k_usage;
    }
    const auto path = arguments.value("output");
    if (!path) {
        return shell.print(*text) ? k_success : k_usage;
    }
    if (const Status written = write_file(*path, *text); !written) {
        report_error(written.error());
        return k_usage;
    }
    shell.note(fmt::format("wrote {}", escape_terminal(*path)));
    return k_success;
}

}  // namespace

Command report_command() {
    CommandSpec spec;
    spec.name = "report";
    spec.summary = "renders a saved document as text, Markdown, HTML, JSON or a Perfetto trace";
    spec.usage = "FILE [OPTIONS]";
    spec.text = "FILE is any document of advisor, - for standard input. Exit code 0 or 2.";
    spec.options = with_common(
        {{"format", "FORM", "text (default), markdown, html (advice), json, trace (profile)"},
         written_file("output", "write it here instead of standard output"),
         {"tests-csv", "FILE", "print the tests of a profile, one a line"},
         {"about-accuracy", "", "print how near predictions came on real suites"},
         {"all", "", "print all rows"}}
    );
    spec.examples = {
        "advisor report advice.json --format html --output advice.html",
        "advisor report --tests-csv profile.json",
        "advisor report --about-accuracy"};
    spec.positional = "FILE";
    return {std::move(spec), report};
}

}  // namespace advisor::cli
