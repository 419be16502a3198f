#include "advisor/domain/configuration.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "domain/names.hpp"

namespace advisor {

namespace {

constexpr std::array<std::string_view, 6> k_distributions{
    "load", "loadscope", "loadfile", "loadgroup", "worksteal", "planned"};
constexpr std::array<std::string_view, 8> k_keys{
    "processes", "dist", "maxschedchunk", "reorder", "forked", "threads", "shards", "runner"};
constexpr std::string_view k_example =
    "write it like sequential, processes=4,dist=worksteal, forked=4, threads=8 or "
    "shards=3,processes=4";

using Settings = std::map<std::string, std::string, std::less<>>;

tl::unexpected<Error> bad_spec(std::string_view text, std::string because) {
    return fail(
        ErrorKind::usage,
        fmt::format("cannot read the configuration '{}'", escape_terminal(text)),
        std::move(because),
        std::string(k_example)
    );
}

std::string what_was_meant(std::string_view word) {
    const auto near = nearest(word, {k_keys.begin(), k_keys.end()});
    return near ? fmt::format("did you mean '{}'?", *near)
                : fmt::format("keys are {}", fmt::join(k_keys, ", "));
}

Result<Settings> settings_of(std::string_view text) {
    Settings settings;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        if (part == "sequential") {
            settings.emplace("sequential", "");
            continue;
        }
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos || equals + 1 == part.size()) {
            return bad_spec(text, fmt::format("'{}' is not KEY=VALUE", escape_terminal(part)));
        }
        const std::string key(part.substr(0, equals));
        if (std::find(k_keys.begin(), k_keys.end(), key) == k_keys.end()) {
            return bad_spec(
                text,
                fmt::format("'{}' is not a key; {}", escape_terminal(key), what_was_meant(key))
            );
        }
        if (!settings.emplace(key, part.substr(equals + 1)).second) {
            return bad_spec(text, fmt::format("'{}' is given twice", key));
        }
    }
    return settings;
}

/// The count under `key`, or `absent` where it is not given.
Result<std::uint32_t> count_of(
    std::string_view text, const Settings& settings, std::string_view key, std::uint32_t absent
) {
    const auto found = settings.find(key);
    if (found == settings.end()) {
        return absent;
    }
    const std::string& word = found->second;
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count);
    const bool whole = error == std::errc() && end == word.data() + word.size();
    if (!whole || count < 1 || count > k_most_workers) {
        return bad_spec(
            text,
            fmt::format(
                "{}={} is not a whole number from 1 to {}",
                key,
                escape_terminal(word),
                k_most_workers
            )
        );
    }
    return count;
}

Result<Processes> processes_of(std::string_view text, const Settings& settings) {
    Processes processes;
    const auto workers = count_of(text, settings, "processes", 1);
    if (!workers) {
        return tl::unexpected(workers.error());
    }
    processes.workers = *workers;
    if (const auto dist = settings.find("dist"); dist != settings.end()) {
        const auto named = distribution_named(dist->second);
        if (!named) {
            return bad_spec(
                text,
                fmt::format(
                    "dist={} is none of load, loadscope, loadfile, loadgroup, worksteal, planned",
                    escape_terminal(dist->second)
                )
            );
        }
        processes.dist = *named;
    }
    if (settings.contains("maxschedchunk")) {
        const auto chunk = count_of(text, settings, "maxschedchunk", 1);
        if (!chunk) {
            return tl::unexpected(chunk.error());
        }
        processes.maxschedchunk = *chunk;
    }
    if (const auto reorder = settings.find("reorder"); reorder != settings.end()) {
        if (reorder->second != "yes" && reorder->second != "no") {
            return bad_spec(text, "reorder is yes or no");
        }
        processes.scope_reorder = reorder->second == "yes";
    }
    return processes;
}

/// Which of the keys of `runner` are present although another runner was named.
std::optional<std::string_view>
stray_key(const Settings& settings, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        if (settings.find(key) != settings.end()) {
            return key;
        }
    }
    return std::nullopt;
}

}  // namespace

Result<Configuration> parse_configuration(std::string_view text) {
    const auto settings = settings_of(text);
    if (!settings) {
        return tl::unexpected(settings.error());
    }
    const bool sequential = settings->contains("sequential");
    const bool processes = settings->contains("processes");
    const bool forked = settings->contains("forked");
    const bool threads = settings->contains("threads");
    if (sequential + processes + (forked || threads) != 1) {
        return bad_spec(text, "it must name exactly one of sequential, processes, forked, threads");
    }
    if (!processes) {
        if (const auto stray = stray_key(*settings, {"dist", "maxschedchunk", "reorder"})) {
            return bad_spec(text, fmt::format("'{}' goes with processes only", *stray));
        }
    }
    Configuration configuration;
    const auto shards = count_of(text, *settings, "shards", 1);
    const auto workers = count_of(text, *settings, "forked", 1);
    const auto lanes = count_of(text, *settings, "threads", 1);
    for (const auto* count : {&shards, &workers, &lanes}) {
        if (!*count) {
            return tl::unexpected(count->error());
        }
    }
    configuration.shards = *shards;
    if (const auto runner = settings->find("runner"); runner != settings->end()) {
        configuration.runner_name = runner->second;
    }
    if (processes) {
        const auto parsed = processes_of(text, *settings);
        if (!parsed) {
            return tl::unexpected(parsed.error());
        }
        configuration.runner = *parsed;
    } else if (forked) {
        configuration.runner = Forked{*workers, *lanes};
    } else if (threads) {
        configuration.runner = Threads{*lanes};
    }
    return configuration;
}

std::string spec(const Configuration& configuration) {
    std::string text;
    if (configuration.shards != 1) {
        text = fmt::format("shards={},", configuration.shards);
    }
    if (const auto* processes = std::get_if<Processes>(&configuration.runner)) {
        text += fmt::format("processes={},dist={}", processes->workers, name_of(processes->dist));
        if (processes->maxschedchunk) {
            text += fmt::format(",maxschedchunk={}", *processes->maxschedchunk);
        }
        if (!processes->scope_reorder) {
            text += ",reorder=no";
        }
    } else if (const auto* forked = std::get_if<Forked>(&configuration.runner)) {
        text += fmt::format("forked={}", forked->workers);
        if (forked->lanes != 1) {
            text += fmt::format(",threads={}", forked->lanes);
        }
    } else if (const auto* threads = std::get_if<Threads>(&configuration.runner)) {
        text += fmt::format("threads={}", threads->lanes);
    } else {
        text += "sequential";
    }
    if (!configuration.runner_name.empty()) {
        text += ",runner=" + configuration.runner_name;
    }
    return text;
}

std::string_view kind_of(const Configuration& configuration) {
    if (configuration.shards > 1) {
        return "shards";
    }
    constexpr std::array<std::string_view, 4> k_kinds{
        "sequential", "processes", "forked", "threads"};
    return k_kinds.at(configuration.runner.index());
}

std::string label(const Configuration& configuration) {
    std::string text = "sequential";
    if (const auto* processes = std::get_if<Processes>(&configuration.runner)) {
        text = fmt::format(
            "{}, {}",
            format_count(processes->workers, "process", "processes"),
            name_of(processes->dist)
        );
        if (processes->maxschedchunk) {
            text += fmt::format(", chunks of {}", *processes->maxschedchunk);
        }
        if (!processes->scope_reorder) {
            text += ", not reordered";
        }
    } else if (const auto* forked = std::get_if<Forked>(&configuration.runner)) {
        text = format_count(forked->workers, "forked worker");
        if (forked->lanes != 1) {
            text += fmt::format(" of {}", format_count(forked->lanes, "thread"));
        }
    } else if (const auto* threads = std::get_if<Threads>(&configuration.runner)) {
        text = format_count(threads->lanes, "thread");
    }
    if (configuration.shards > 1) {
        text = fmt::format("{} machines, each {}", configuration.shards, text);
    }
    if (!configuration.runner_name.empty()) {
        text += fmt::format(" ({})", configuration.runner_name);
    }
    return text;
}

bool is_planned(const Configuration& configuration) {
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    return processes != nullptr && processes->dist == Distribution::planned;
}

bool uses_threads(const Configuration& configuration) {
    const auto* forked = std::get_if<Forked>(&configuration.runner);
    return std::holds_alternative<Threads>(configuration.runner)
           || (forked != nullptr && forked->lanes > 1);
}

std::uint32_t parallelism(const Configuration& configuration) {
    if (const auto* processes = std::get_if<Processes>(&configuration.runner)) {
        return processes->workers;
    }
    if (const auto* forked = std::get_if<Forked>(&configuration.runner)) {
        return forked->workers * forked->lanes;
    }
    if (const auto* threads = std::get_if<Threads>(&configuration.runner)) {
        return threads->lanes;
    }
    return 1;
}

std::string_view name_of(Distribution dist) {
    return name_in(k_distributions, dist);
}

std::optional<Distribution> distribution_named(std::string_view name) {
    return value_in<Distribution>(k_distributions, name);
}

}  // namespace advisor
