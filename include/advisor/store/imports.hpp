#pragma once

// Profiles made of other tools' files, so that there is a first answer without a run of our own:
//
//   JUnit XML         pytest's --junitxml and others' files of that kind
//   .test_durations   pytest-split's JSON, node id -> seconds (the old list of pairs as well)
//   pytest-timing     its JSON, with a duration for each phase of a test
//   pytest-reportlog  its lines of JSON, one for each phase of a test
//
// They hold durations, the fixtures that a test happened to set up included. All else is
// missing, and `Profile::missing` says so: the rung is `none`, no CPU time is known, the machine
// and the interpreter are not described. The caller adds those of the machine that is advised.
//
// The files are data of somebody else: a document type declaration (the only way to declare
// entities), more than k_largest_document, and what is not of the format are refused.

#include <advisor/base/result.hpp>
#include <advisor/domain/profile.hpp>

#include <string_view>

namespace advisor {

/// Tests with the same id are one: their times add up, the worst outcome counts. pytest writes a
/// second entry for a tear-down that fails. Where the file does not name files, they are told from
/// classes by their names: the last part as test_x or x_test is a file's.
[[nodiscard]] Result<Profile> import_junit(std::string_view text, std::string_view origin);

[[nodiscard]] Result<Profile> import_durations(std::string_view text, std::string_view origin);

/// A test that was run again has the times of all attempts, and the worst outcome.
[[nodiscard]] Result<Profile> import_timing(std::string_view text, std::string_view origin);

/// The log may break off within its last line.
[[nodiscard]] Result<Profile> import_report_log(std::string_view text, std::string_view origin);

/// Whether the first character of a text, but for white space, is that of XML.
[[nodiscard]] bool is_xml(std::string_view text);

/// A profile of our own or one of the above, told by its content.
[[nodiscard]] Result<Profile> read_any_profile(std::string_view text, std::string_view origin);

}  // namespace advisor
