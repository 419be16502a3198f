#include <advisor/store/recording.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<RecordingHead> auto& head) {
    fields.field("command", head.command);
    fields.field("directory", head.directory);
    fields.field("started_utc", head.started_utc);
    fields.field("exec_monotonic_ns", head.exec_ns);
    fields.field("host", head.host);
    fields.field("interpreter", head.interpreter);
    fields.field("missing", head.missing);
}

std::string to_bytes(const RecordingHead& head) {
    return write_document(DocumentKind::recording, head) + '\0';
}

Result<StoredRecording> read_recording(std::string_view text, std::string_view origin) {
    const std::string_view head_text = text.substr(0, text.find('\0'));
    auto head = read_document<RecordingHead>(DocumentKind::recording, head_text, origin);
    if (!head) {
        return tl::unexpected(head.error());
    }
    text.remove_prefix(std::min(text.size(), head_text.size() + 1));
    return StoredRecording{std::move(*head), text};
}

}  // namespace advisor
