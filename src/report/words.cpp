#include "report/words.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <variant>

#include "report/numbers.hpp"

namespace advisor::report {

namespace {

constexpr std::size_t k_top_rows = 5;

/// The wall of the recording; and of a run by itself, where others had so much of the machine
/// meanwhile, or the recorder took so much, that the two differ by a tenth.
std::string sequential_fact(const Advice& advice) {
    constexpr double k_alike = 0.1;
    const Seconds wall = advice.sequential_wall;
    const Seconds alone = predicted_sequentially(advice);
    std::string fact = fmt::format("{} s sequentially", seconds_text(wall, decimals_for(wall)));
    if (advice.learned_from > 0 || std::abs((alone - wall).value()) <= k_alike * wall.value()) {
        return fact;
    }
    return fmt::format(
        "{} when recorded ({} s by itself)", fact, seconds_text(alone, decimals_for(alone))
    );
}

std::string capitalised(std::string_view implementation) {
    return implementation == "cpython" ? "CPython" : std::string(implementation);
}

/// "4 cores", "8 cores, 2.5 usable" where affinity or a quota takes some away, or "8 cores, 1
/// usable by the suite's command" where its own launcher does.
std::string core_fact(const Host& host) {
    std::string online = format_count(host.cores_online, "core");
    const double usable = host.usable_cores();
    if (usable >= static_cast<double>(host.cores_online)) {
        return online;
    }
    Host without_launcher = host;
    without_launcher.cores_of_suite.reset();
    const bool by_launcher = usable < without_launcher.usable_cores();
    return fmt::format(
        "{}, {:.3g} usable{}", online, usable, by_launcher ? " by the suite's command" : ""
    );
}

std::string memory_fact(const Host& host) {
    const std::string usable = format_bytes(host.usable_memory());
    return host.usable_memory() < host.memory_total
               ? fmt::format("{} of {} memory", usable, format_bytes(host.memory_total))
               : usable + " memory";
}

}  // namespace

std::string_view words_of(Bound bound) {
    constexpr std::array<std::string_view, 7> k_words{
        "work", "longest test", "longest group", "cores", "GIL", "fixtures", "controller"};
    return k_words.at(static_cast<std::size_t>(bound));
}

std::string_view words_of(Rung rung) {
    constexpr std::array<std::string_view, 4> k_words{
        "measured with hardware counters",
        "measured with software events, no PMU",
        "measured with /proc only",
        "measured with the wall clock only"};
    return k_words.at(static_cast<std::size_t>(rung));
}

std::string part_words(std::string part) {
    std::replace(part.begin(), part.end(), '_', ' ');
    return part;
}

std::string bound_words(const Prediction& prediction) {
    const std::string bound(words_of(prediction.bound_by));
    return prediction.bound_subject.empty() ? bound : bound + ": " + prediction.bound_subject;
}

std::string short_bound_words(const Prediction& prediction) {
    Prediction named = prediction;
    std::string& subject = named.bound_subject;
    const std::size_t parameters = std::min(subject.find('['), subject.size());
    for (const std::string_view before : {"::", "/"}) {
        const std::size_t at = subject.rfind(before, parameters);
        if (at != std::string::npos && at + before.size() < parameters) {
            subject.erase(0, at + before.size());
            break;
        }
    }
    return bound_words(named);
}

std::string limit_words(const Prediction& prediction) {
    std::string words = prediction.can_run ? "" : "predicted only; ";
    words += prediction.fits_memory ? "" : "too little memory; ";
    return words + bound_words(prediction);
}

std::string_view mode_of(const Configuration& configuration) {
    return is_planned(configuration) && configuration.shards == 1 ? "planned"
                                                                  : kind_of(configuration);
}

std::vector<const Prediction*> selected(const Advice& advice, Selection selection) {
    std::vector<const Prediction*> ranked;
    for (const Prediction& prediction : advice.predictions) {
        ranked.push_back(&prediction);
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto* a, const auto* b) {
        return a->rank < b->rank;
    });
    if (selection == Selection::all) {
        return ranked;
    }
    const Prediction* recommended = recommended_of(advice);
    std::set<std::string_view> modes;
    std::vector<const Prediction*> shown;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        const bool best_of_mode = modes.insert(mode_of(ranked[i]->configuration)).second;
        if (i < k_top_rows || best_of_mode || ranked[i] == recommended || ranked[i]->asked_for) {
            shown.push_back(ranked[i]);
        }
    }
    return shown;
}

const Prediction* recommended_of(const Advice& advice) {
    for (const Prediction& prediction : advice.predictions) {
        if (spec(prediction.configuration) == advice.recommended) {
            return &prediction;
        }
    }
    return nullptr;
}

Seconds predicted_sequentially(const Advice& advice) {
    for (const Prediction& prediction : advice.predictions) {
        if (std::holds_alternative<Sequential>(prediction.configuration.runner)) {
            return prediction.wall.mid;
        }
    }
    return advice.sequential_wall;
}

std::vector<std::string> machine_facts(const Host& host, const Interpreter& interpreter) {
    std::string python = capitalised(interpreter.implementation) + " " + interpreter.version;
    python += interpreter.free_threaded ? " without the GIL" : "";
    const std::string pytest = interpreter.pytest_version ? "pytest " + *interpreter.pytest_version
                                                          : std::string("no pytest");
    const std::string xdist =
        interpreter.xdist_version ? "xdist " + *interpreter.xdist_version : std::string("no xdist");
    std::vector<std::string> facts;
    if (host.memory_total > Bytes(0)) {
        facts.push_back(fmt::format("{}, {}", core_fact(host), memory_fact(host)));
    }
    if (!interpreter.version.empty()) {
        facts.push_back(fmt::format("{}, {}, {}", python, pytest, xdist));
    }
    return facts;
}

std::vector<std::string> advice_facts(const Advice& advice) {
    std::vector<std::string> facts{
        fmt::format(
            "{} in {}", format_count(advice.tests, "test"), format_count(advice.files, "file")
        ),
        sequential_fact(advice)};
    for (std::string& fact : machine_facts(advice.host, advice.interpreter)) {
        facts.push_back(std::move(fact));
    }
    facts.emplace_back(words_of(advice.measured_with.rung));
    return facts;
}

std::string failure_note(const Advice& advice) {
    return advice.suite_failed
               ? "The profiled run had failures: this advice describes the suite as it failed."
               : "";
}

std::vector<const Finding*> by_severity(const std::vector<Finding>& findings) {
    std::vector<const Finding*> ordered;
    ordered.reserve(findings.size());
    for (const Finding& finding : findings) {
        ordered.push_back(&finding);
    }
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
        return a->severity < b->severity;
    });
    return ordered;
}

std::string order_words(const std::vector<const Prediction*>& rows) {
    const bool by_seconds =
        std::is_sorted(rows.begin(), rows.end(), [](const Prediction* a, const Prediction* b) {
            return a->wall.mid < b->wall.mid;
        });
    return by_seconds ? "" : "of almost equal walls that of fewer workers stands first";
}

std::string range_words(const std::vector<const Prediction*>& rows) {
    std::set<std::string_view> by_model;
    bool is_any_calibrated = false;
    for (const Prediction* row : rows) {
        const std::string_view kind = kind_of(row->configuration);
        if (row->range_calibrated) {
            is_any_calibrated = true;
        } else if (kind != "sequential") {
            by_model.insert(kind);
        }
    }
    std::string words = "ranges are for nine runs in ten";
    if (by_model.empty()) {
        return words;
    }
    return is_any_calibrated
               ? fmt::format("{}, of {} by the model alone", words, fmt::join(by_model, " and "))
               : words + " by the model alone";
}

std::string learning_note(const Advice& advice) {
    if (advice.learned_from == 0) {
        return {};
    }
    std::vector<std::string> changes;
    for (const Prediction& row : advice.predictions) {
        const bool is_named = std::holds_alternative<Sequential>(row.configuration.runner)
                              || &row == recommended_of(advice);
        if (!is_named) {
            continue;
        }
        const int decimals = decimals_for(row.wall.mid);
        changes.push_back(fmt::format(
            "{} {} s ({} by the model alone)",
            label(row.configuration),
            seconds_text(row.wall.mid, decimals),
            seconds_text(row.wall.mid / row.learned, decimals)
        ));
    }
    return fmt::format(
        "Learnt from {} of this suite on this machine: {}.",
        format_count(advice.learned_from, "measured run"),
        fmt::join(changes, ", ")
    );
}

std::vector<std::string> reasons_not_runnable(const std::vector<const Prediction*>& rows) {
    std::vector<std::string> reasons;
    for (const Prediction* row : rows) {
        const std::string& reason = row->cannot_run_because;
        const bool known = std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
        if (!row->can_run && !reason.empty() && !known) {
            reasons.push_back(reason);
        }
    }
    return reasons;
}

std::string prior_note(const ModelParameters& parameters) {
    if (parameters.source == Source::measured) {
        return {};
    }
    return fmt::format(
        "The ranges use shipped averages for what starting and feeding workers costs (+/- {}), "
        "not a measurement of this machine: advisor calibrate makes them narrower.",
        format_percent(parameters.relative_error)
    );
}

std::vector<Missing> grouped(const std::vector<Missing>& missing) {
    std::vector<Missing> groups;
    for (const Missing& gap : missing) {
        const auto same = std::find_if(groups.begin(), groups.end(), [&](const Missing& group) {
            return group.because == gap.because;
        });
        if (same == groups.end()) {
            groups.push_back(gap);
        } else {
            same->what += ", " + gap.what;
        }
    }
    return groups;
}

std::string shell_word(std::string_view word) {
    constexpr std::string_view k_harmless =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    if (!word.empty() && word.find_first_not_of(k_harmless) == std::string_view::npos) {
        return std::string(word);
    }
    const bool printable = escape_terminal(word) == word;
    std::string out = printable ? "'" : "$'";
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (printable) {
            out += c == '\'' ? "'\\''" : std::string(1, c);
        } else if (c == '\'' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            // Three octal digits always end the escape; a hexadecimal one could swallow what
            // follows.
            out += fmt::format("\\{:03o}", byte);
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string shell_line(const std::vector<std::string>& command) {
    std::string out;
    for (const std::string& word : command) {
        out += out.empty() ? "" : " ";
        out += shell_word(word);
    }
    return out;
}

}  // namespace advisor::report
