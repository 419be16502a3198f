#include "cli/saved.hpp"

#include <advisor/base/text.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/imports.hpp>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <system_error>

#include "cli/shell.hpp"

namespace advisor::cli {

namespace {

constexpr const char* k_directory = ".advisor";
/// So that not every command measures again on a machine that stays busy.
constexpr std::chrono::hours k_disturbed_serves{1};

std::filesystem::file_time_type::duration age_of(const std::string& path) {
    std::error_code ignored;
    const auto written = std::filesystem::last_write_time(path, ignored);
    return std::filesystem::file_time_type::clock::now() - written;
}

/// FNV-1a over the words, each with its end.
std::string key_of(const Suite& suite) {
    SuiteCommand command = suite.command;
    command.arguments = without_reporting(command.arguments);
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::string& word : command.words()) {
        for (const char c : word + '\n') {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        }
    }
    return fmt::format("{:016x}", hash);
}

bool is_same_machine(const Host& a, const Host& b) {
    return a.cpu_model == b.cpu_model && a.cores_allowed == b.cores_allowed
           && a.cpu_quota == b.cpu_quota;
}

bool is_same_interpreter(const Interpreter& a, const Interpreter& b) {
    return a.executable == b.executable && a.version == b.version
           && a.pytest_version == b.pytest_version && a.xdist_version == b.xdist_version;
}

Status save_text(const std::string& path, const std::string& text) {
    if (Status made = make_directory(k_directory); !made) {
        return made;
    }
    return write_file(path, text);
}

/// Nothing where it was made by another machine or other versions.
template <typename T>
std::optional<T> saved_document(
    const std::string& path,
    Result<T> (*read)(std::string_view, std::string_view),
    const Suite& suite,
    const Host& host
) {
    const auto text = read_file(path, k_largest_document);
    auto document = text ? read(*text, path) : tl::unexpected(text.error());
    if (!document || !is_same_machine(document->host, host)
        || !is_same_interpreter(document->interpreter, suite.interpreter)) {
        return std::nullopt;
    }
    return std::move(*document);
}

std::optional<std::string> cache_directory() {
    if (const auto base = environment("XDG_CACHE_HOME")) {
        return *base + "/advisor";
    }
    if (const auto home = environment("HOME")) {
        return *home + "/.cache/advisor";
    }
    return std::nullopt;
}

}  // namespace

std::string profile_path(const Suite& suite) {
    return fmt::format("{}/profile-{}.json", k_directory, key_of(suite));
}

std::string advice_path(const Suite& suite) {
    return fmt::format("{}/advice-{}.json", k_directory, key_of(suite));
}

std::string runs_path(const Suite& suite) {
    return fmt::format("{}/runs-{}.json", k_directory, key_of(suite));
}

std::string recording_prefix() {
    return fmt::format("{}/recording-", k_directory);
}

std::string recording_prefix(const Suite& suite) {
    return fmt::format("{}{}-", recording_prefix(), key_of(suite));
}

Status save(const Suite& suite, const Profile& profile) {
    if (!profile.run.complete) {
        const auto kept = saved_profile(suite, profile.host);
        if (kept && kept->run.complete) {
            return {};
        }
    }
    return save_text(profile_path(suite), to_json(profile));
}

Status save(const Suite& suite, const Advice& advice) {
    return save_text(advice_path(suite), to_json(advice));
}

Status save(const Suite& suite, const MeasuredRuns& measured) {
    return save_text(runs_path(suite), to_json(measured));
}

std::optional<Profile> saved_profile(const Suite& suite, const Host& host) {
    return saved_document(profile_path(suite), read_profile, suite, host);
}

std::optional<Advice> saved_advice(const Suite& suite, const Host& host) {
    return saved_document(advice_path(suite), read_advice, suite, host);
}

std::optional<MeasuredRuns> saved_runs(const Suite& suite, const Host& host) {
    return saved_document(runs_path(suite), read_measured_runs, suite, host);
}

std::optional<ModelParameters> cached_calibration(const std::string& fingerprint) {
    const auto directory = cache_directory();
    if (!directory) {
        return std::nullopt;
    }
    const std::string path = fmt::format("{}/calibration-{}.json", *directory, fingerprint);
    const auto text = read_file(path, k_largest_document);
    auto parameters = text ? read_calibration(*text, path) : tl::unexpected(text.error());
    if (!parameters || parameters->fingerprint != fingerprint) {
        return std::nullopt;
    }
    if (parameters->disturbed && age_of(path) > k_disturbed_serves) {
        return std::nullopt;
    }
    return std::move(*parameters);
}

Status cache_calibration(const ModelParameters& parameters) {
    const auto directory = cache_directory();
    if (!directory) {
        return {};
    }
    if (Status made = make_directory(*directory); !made) {
        return made;
    }
    return write_file(
        fmt::format("{}/calibration-{}.json", *directory, parameters.fingerprint),
        to_json(parameters)
    );
}

Result<std::string> read_document_file(const std::string& path) {
    if (path != "-") {
        return read_file(path, k_largest_document);
    }
    std::string text;
    std::array<char, 65536> block{};
    while (std::cin.read(block.data(), block.size()) || std::cin.gcount() > 0) {
        text.append(block.data(), static_cast<std::size_t>(std::cin.gcount()));
        if (text.size() > static_cast<std::size_t>(k_largest_document.value())) {
            return fail(
                ErrorKind::input,
                "cannot read standard input",
                fmt::format("it is larger than {}", format_bytes(k_largest_document))
            );
        }
    }
    return text;
}

Result<Profile> read_profile_file(const std::string& path) {
    const auto text = read_document_file(path);
    if (!text) {
        return tl::unexpected(text.error());
    }
    auto profile = read_any_profile(*text, path == "-" ? "standard input" : path);
    if (profile && profile->host.cpu_model.empty()) {
        const Rung rung = profile->host.rung;
        profile->host = discover_host(FileReader());
        profile->host.rung = rung;
    }
    return profile;
}

}  // namespace advisor::cli
