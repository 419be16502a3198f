#include <advisor/base/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/imports.hpp>

#include <fmt/format.h>
#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/imported_tests.hpp"
#include "store/json_codec.hpp"
#include "store/junit_id.hpp"

namespace advisor {

namespace {

constexpr std::string_view k_noun = "JUnit XML";
constexpr int k_deepest_suite = 32;
/// Elements and attributes: pugixml takes up to 72 bytes for four of text.
constexpr std::size_t k_most_nodes = 8'000'000;

std::size_t occurrences(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

/// Seconds in decimal digits; nothing for anything else.
std::optional<Seconds> seconds_in(std::string_view text) {
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)
        || value < 0.0 || value > k_longest_s) {
        return std::nullopt;
    }
    return Seconds(value);
}

TestOutcome outcome_of(const pugi::xml_node& test) {
    if (test.child("failure")) {
        return TestOutcome::failed;
    }
    if (test.child("error")) {
        return TestOutcome::error;
    }
    const pugi::xml_node skipped = test.child("skipped");
    if (!skipped) {
        return TestOutcome::passed;
    }
    const bool xfail = std::string_view(skipped.attribute("type").value()) == "pytest.xfail";
    return xfail ? TestOutcome::xfailed : TestOutcome::skipped;
}

class Reader {
public:
    /// Takes in a suite and the suites in it; false, with the reason, at the first fault. A suite's
    /// time covers those within it, so that only the outermost that states one counts.
    bool take(const pugi::xml_node& suite, int depth, bool within_timed) {
        if (depth > k_deepest_suite) {
            return refuse(fmt::format("its suites are nested deeper than {}", k_deepest_suite));
        }
        const std::optional<Seconds> time = seconds_in(suite.attribute("time").value());
        if (time && !within_timed) {
            wall_ = wall_.value_or(Seconds()) + *time;
        }
        for (const pugi::xml_node& child : suite.children()) {
            const std::string_view name = child.name();
            if (name == "testcase" && !take_test(child)) {
                return false;
            }
            if (name == "testsuite" && !take(child, depth + 1, within_timed || time)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] const std::string& because() const { return because_; }
    [[nodiscard]] bool empty() const { return tests_.empty(); }

    [[nodiscard]] Profile profile() && {
        Seconds sum;
        for (const TestCost& test : tests_) {
            sum += test.call.wall;
        }
        std::vector<Missing> missing;
        if (guessed_file_) {
            missing.push_back(
                {"file and class of each test",
                 "the JUnit XML joins both by dots; they were told apart by their names"}
            );
        }
        if (untimed_ > 0) {
            missing.push_back(
                {format_count(untimed_, "duration"), "the entry in the JUnit XML states no time"}
            );
        }
        // Times are rounded to a millisecond; far more than that only overlapping tests can sum to.
        constexpr double k_rounding = 0.001;
        const Seconds slack(k_rounding * static_cast<double>(tests_.size()));
        if (wall_ && sum > *wall_ + slack) {
            missing.push_back(
                {"wall time of a sequential run",
                 "the JUnit XML is of a parallel run; the sum of its tests is taken instead"}
            );
        }
        return imported_profile(std::move(tests_), wall_, std::move(missing));
    }

private:
    bool take_test(const pugi::xml_node& test) {
        const std::string_view file = test.attribute("file").value();
        std::string id = junit_node_id(
            file, test.attribute("classname").value(), test.attribute("name").value()
        );
        guessed_file_ = guessed_file_ || file.empty();
        if (id.empty()) {
            return refuse("a test has no name");
        }
        Seconds time;
        if (const pugi::xml_attribute stated = test.attribute("time")) {
            const auto read = seconds_in(stated.value());
            if (!read) {
                return refuse(fmt::format(
                    "the time of '{}' is '{}'", escape_terminal(id), escape_terminal(stated.value())
                ));
            }
            time = *read;
        } else {
            ++untimed_;
        }
        tests_.push_back(imported_test(std::move(id), outcome_of(test), time));
        return true;
    }

    bool refuse(std::string because) {
        because_ = std::move(because);
        return false;
    }

    std::vector<TestCost> tests_;
    std::optional<Seconds> wall_;
    std::size_t untimed_ = 0;
    bool guessed_file_ = false;
    std::string because_;
};

bool declares_type(const pugi::xml_document& document) {
    const auto children = document.children();
    return std::any_of(children.begin(), children.end(), [](const pugi::xml_node& node) {
        return node.type() == pugi::node_doctype;
    });
}

}  // namespace

Result<Profile> import_junit(std::string_view text, std::string_view origin) {
    const auto refuse = [&](std::string because) {
        return cannot_import(k_noun, origin, std::move(because));
    };
    if (std::cmp_greater(text.size(), k_largest_document.value())) {
        return refuse(fmt::format("it is larger than {}", format_bytes(k_largest_document)));
    }
    if (occurrences(text, "<") + occurrences(text, "=\"") + occurrences(text, "='")
        > k_most_nodes) {
        return refuse(fmt::format("it holds more than {} elements", k_most_nodes));
    }
    pugi::xml_document document;
    const pugi::xml_parse_result parsed =
        document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_doctype);
    if (!parsed) {
        return refuse(
            fmt::format("it is not XML at byte {}: {}", parsed.offset, parsed.description())
        );
    }
    if (declares_type(document)) {
        return refuse("it declares a document type, which may declare entities");
    }
    const pugi::xml_node root = document.document_element();
    const std::string_view name = root.name();
    if (name != "testsuites" && name != "testsuite") {
        return refuse(fmt::format("its first element is '{}'", escape_terminal(name)));
    }
    Reader reader;
    if (!reader.take(root, 1, false)) {
        return refuse(reader.because());
    }
    if (reader.empty()) {
        return refuse("it holds no tests");
    }
    return std::move(reader).profile();
}

}  // namespace advisor
