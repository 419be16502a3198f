#include "store/document.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace advisor {

namespace {

constexpr std::int64_t k_major = 1;
constexpr std::int64_t k_minor = 0;
constexpr std::string_view k_prefix = "advisor.";

struct KindWords {
    std::string_view name;    ///< in "format", after the prefix
    std::string_view noun;    ///< in errors
    std::string_view source;  ///< the command that writes it
};

constexpr std::array<KindWords, 11> k_kinds{{
    {"advice", "advice", "advisor analyze --json"},
    {"profile", "profile", "advisor profile --output FILE"},
    {"outcome", "outcome", "advisor run --json-out FILE"},
    {"calibration", "calibration", "advisor calibrate --json"},
    {"gate", "verdict", "advisor gate --json"},
    {"plan", "capacity plan", "advisor plan --json"},
    {"shards", "shard manifest", "advisor plan --shards-out DIRECTORY"},
    {"doctor", "doctor's report", "advisor doctor --json"},
    {"verification", "verification", "advisor verify --json"},
    {"measured_runs", "list of measured runs", "advisor run"},
    {"recording", "recording", "advisor profile"},
}};

const KindWords& words_of(DocumentKind kind) {
    return k_kinds.at(static_cast<std::size_t>(kind));
}

std::optional<DocumentKind> kind_of_format(std::string_view format) {
    if (!format.starts_with(k_prefix)) {
        return std::nullopt;
    }
    format.remove_prefix(k_prefix.size());
    const auto found = std::find_if(k_kinds.begin(), k_kinds.end(), [&](const KindWords& words) {
        return words.name == format;
    });
    if (found == k_kinds.end()) {
        return std::nullopt;
    }
    return static_cast<DocumentKind>(found - k_kinds.begin());
}

Error refusal(
    std::string_view noun, std::string_view origin, std::string because, std::string hint
) {
    return {
        ErrorKind::input,
        fmt::format("cannot read the {} '{}'", noun, escape_terminal(origin)),
        std::move(because),
        std::move(hint)};
}

/// The kind that the header of `json` states. `noun` is what the reader hoped for.
Result<DocumentKind>
kind_in_header(const Json& json, std::string_view noun, std::string_view origin) {
    const auto refuse = [&](std::string because, std::string hint) {
        return tl::unexpected(refusal(noun, origin, std::move(because), std::move(hint)));
    };
    const bool has_format =
        json.is_object() && json.contains("format") && json["format"].is_string();
    if (!has_format) {
        return refuse(
            "it is not a document of advisor: it has no \"format\"",
            "name a file that an advisor command wrote"
        );
    }
    const auto& format = json["format"].get_ref<const std::string&>();
    const auto kind = kind_of_format(format);
    if (!kind) {
        return refuse(
            fmt::format(
                "its format is '{}', which this version does not know", escape_terminal(format)
            ),
            "name a file that an advisor command wrote"
        );
    }
    if (!json.contains("major") || !json["major"].is_number_integer()) {
        return refuse("its \"major\" is not a whole number", "write the document again");
    }
    const auto major = json["major"].get<std::int64_t>();
    if (major > k_major) {
        return refuse(
            fmt::format("it has major {}, newer than the {} of this version", major, k_major),
            "read it with the version of advisor that wrote it, or write it again with this one"
        );
    }
    if (major != k_major) {
        return refuse(
            fmt::format("it has major {}, which was never in use", major),
            "write the document again"
        );
    }
    return *kind;
}

}  // namespace

std::string_view name_of(DocumentKind kind) {
    return words_of(kind).name;
}

Result<DocumentKind> document_kind(std::string_view text, std::string_view origin) {
    constexpr std::string_view k_noun = "document";
    const auto json = parse_json(text, Extent::header);
    if (!json) {
        return tl::unexpected(
            refusal(k_noun, origin, json.error(), "name a file that an advisor command wrote")
        );
    }
    return kind_in_header(*json, k_noun, origin);
}

Json new_document(DocumentKind kind) {
    Json document = object_for(k_usual_members);
    document["format"] = std::string(k_prefix) + std::string(words_of(kind).name);
    document["major"] = k_major;
    document["minor"] = k_minor;
    document["producer"] = "advisor " ADVISOR_VERSION;
    return document;
}

Error cannot_read(DocumentKind kind, std::string_view origin, std::string because) {
    const KindWords& words = words_of(kind);
    return refusal(
        words.noun,
        origin,
        std::move(because),
        fmt::format("it may be cut short or edited; write it again: {}", words.source)
    );
}

Result<Json> open_document(DocumentKind kind, std::string_view text, std::string_view origin) {
    auto json = parse_json(text, Extent::whole);
    if (!json) {
        return tl::unexpected(cannot_read(kind, origin, std::move(json.error())));
    }
    const auto found = kind_in_header(*json, words_of(kind).noun, origin);
    if (!found) {
        return tl::unexpected(found.error());
    }
    if (*found != kind) {
        return tl::unexpected(refusal(
            words_of(kind).noun,
            origin,
            fmt::format("it is of the format '{}{}'", k_prefix, words_of(*found).name),
            fmt::format("show it with: advisor report {}", escape_terminal(origin))
        ));
    }
    return std::move(*json);
}

}  // namespace advisor
