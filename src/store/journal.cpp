#include "advisor/store/journal.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "store/json_text.hpp"

namespace advisor {

namespace {

/// Characters up to U+00FF as the bytes of their numbers; others cannot occur and are dropped.
std::string from_latin_1(const std::string& text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            bytes += text[i];
        } else if ((lead == 0xC2 || lead == 0xC3) && i + 1 < text.size()) {
            const auto tail = static_cast<unsigned char>(text[++i]);
            bytes += static_cast<char>(((lead & 0x03) << 6) | (tail & 0x3F));
        }
    }
    return bytes;
}

std::string string_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t integer_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::uint64_t count_at(const Json& object, const char* key) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer_at(object, key)));
}

bool is_true_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::optional<JournalPhase> phase_of(const Json& json) {
    const bool is_phase = json.is_array() && json.size() == 4 && json[0].is_string()
                          && json[1].is_string() && json[2].is_number_integer()
                          && json[3].is_number();
    if (!is_phase) {
        return std::nullopt;
    }
    const auto flags = json[2].get<std::int64_t>();
    const auto duration = json[3].get<double>();
    JournalPhase phase;
    phase.when = json[0].get<std::string>();
    phase.outcome = json[1].get<std::string>();
    phase.was_xfail = (flags & 1) != 0;
    phase.subtest = (flags & 2) != 0;
    // A suite may fake the clock that pytest's own durations come from.
    phase.duration = Seconds(std::isfinite(duration) && duration > 0 ? duration : 0.0);
    return phase;
}

std::optional<JournalEvent> event_of(std::string_view line) {
    const auto json = parse_json(line, Extent::whole);
    if (!json || !json->is_object()) {
        return std::nullopt;
    }
    JournalEvent event;
    event.event = string_at(*json, "event");
    event.ns = integer_at(*json, "ns");
    event.cpu_ns = integer_at(*json, "cpu_ns");
    event.by = string_at(*json, "by");
    event.worker = string_at(*json, "worker");
    event.id = from_latin_1(string_at(*json, "id"));
    event.count = count_at(*json, "count");
    event.pid = integer_at(*json, "pid");
    event.imported_ns = integer_at(*json, "imported_ns");
    event.imported_cpu_ns = integer_at(*json, "imported_cpu_ns");
    event.status = integer_at(*json, "status");
    event.crashed = is_true_at(*json, "crashed");
    event.collect_errors = count_at(*json, "collect_errors");
    event.continues = is_true_at(*json, "continues");
    event.stopped_after_failures = is_true_at(*json, "stopped_after_failures");
    event.collections_differ = is_true_at(*json, "collections_differ");
    if (const auto ids = json->find("ids"); ids != json->end() && ids->is_array()) {
        for (const Json& id : *ids) {
            event.ids.push_back(id.is_string() ? from_latin_1(id.get<std::string>()) : "");
        }
    }
    if (const auto phases = json->find("phases"); phases != json->end() && phases->is_array()) {
        for (const Json& json_phase : *phases) {
            if (auto phase = phase_of(json_phase)) {
                event.phases.push_back(std::move(*phase));
            }
        }
    }
    return event.event.empty() ? std::nullopt : std::optional(std::move(event));
}

}  // namespace

std::size_t read_on(Journal& journal, std::string_view text) {
    std::size_t read = 0;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos;
         end = text.find('\n', read)) {
        if (auto event = event_of(text.substr(read, end - read))) {
            journal.events.push_back(std::move(*event));
        } else {
            ++journal.damaged;
        }
        read = end + 1;
    }
    return read;
}

Journal read_journal(std::string_view text) {
    Journal journal;
    if (read_on(journal, text) < text.size()) {
        ++journal.damaged;
    }
    return journal;
}

}  // namespace advisor
