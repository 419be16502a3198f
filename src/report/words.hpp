#pragma once

// The sentences and selections that text, Markdown and HTML share. Strings returned from here may
// hold untrusted text (ids, package names, paths): each sink escapes what it prints.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace advisor::report {

[[nodiscard]] std::string_view words_of(Bound bound);
[[nodiscard]] std::string_view words_of(Rung rung);

/// Of a part of a breakdown: "fixtures repeated".
[[nodiscard]] std::string part_words(std::string part);

/// "longest test: tests/a.py::test_b", or without the subject where there is none.
[[nodiscard]] std::string bound_words(const Prediction& prediction);
/// "longest test: test_b": for a column, the subject by its own name alone.
[[nodiscard]] std::string short_bound_words(const Prediction& prediction);
/// The same, behind what a reader must know first: "predicted only", "too little memory".
[[nodiscard]] std::string limit_words(const Prediction& prediction);

/// "sequential", "processes", "planned", "forked", "threads" or "shards": one answer for each is
/// always shown, so that a team that stays with stock xdist has its own.
[[nodiscard]] std::string_view mode_of(const Configuration& configuration);

enum class Selection : std::uint8_t { best, all };

/// By rank: all predictions, or the first five, the best of each mode, the recommended one and
/// those that were asked for.
[[nodiscard]] std::vector<const Prediction*> selected(const Advice& advice, Selection selection);

/// The prediction of the recommended spec; null if there is none.
[[nodiscard]] const Prediction* recommended_of(const Advice& advice);

/// As the walls that it is compared with are: predicted, without what the recording took. The
/// recorded one where there is no such row.
[[nodiscard]] Seconds predicted_sequentially(const Advice& advice);

/// Cores, memory, Python with pytest and xdist.
[[nodiscard]] std::vector<std::string>
machine_facts(const Host& host, const Interpreter& interpreter);

/// "412 tests in 38 files", "172.4 s sequentially", the machine, and how it was measured.
[[nodiscard]] std::vector<std::string> advice_facts(const Advice& advice);

/// That the advice rests on a failing suite; empty if it does not.
[[nodiscard]] std::string failure_note(const Advice& advice);

/// Breaks first, then slows, then notes; otherwise in the given order.
[[nodiscard]] std::vector<const Finding*> by_severity(const std::vector<Finding>& findings);

/// Why these predictions do not stand in the order of their walls; nothing if they do.
[[nodiscard]] std::string order_words(const std::vector<const Prediction*>& rows);

/// What the ranges of these predictions are: "ranges are for nine runs in ten", and of which kinds
/// only the model says so.
[[nodiscard]] std::string range_words(const std::vector<const Prediction*>& rows);

/// What measured runs taught about the recommended configuration and sequential; nothing without.
[[nodiscard]] std::string learning_note(const Advice& advice);

/// Each distinct reason why a shown configuration cannot be run here, in order of rank.
[[nodiscard]] std::vector<std::string>
reasons_not_runnable(const std::vector<const Prediction*>& rows);

/// Gaps of the same reason as one, in the order of their first: "CYCLES, INSTRUCTIONS".
[[nodiscard]] std::vector<Missing> grouped(const std::vector<Missing>& missing);

/// What to know about the intervals: that they come from priors, or empty after a calibration.
[[nodiscard]] std::string prior_note(const ModelParameters& parameters);

/// An argv as a line for a POSIX shell with $'...' (bash, zsh, ksh). Control characters are
/// spelled out inside $'...', so that the line is safe to print and still means the same.
[[nodiscard]] std::string shell_word(std::string_view word);
[[nodiscard]] std::string shell_line(const std::vector<std::string>& command);

}  // namespace advisor::report
