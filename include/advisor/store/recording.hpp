#pragma once

// A recording on disk while it is made, so that it survives the death of whoever makes it.
//
// The file is a JSON head that ends with a zero byte, and then the recorder's frames as they came
// (record_stream.hpp). Its writer puts them there before it gives their room in the ring back:
// the frames in the file and those in the ring overlap or meet, and another process that has the
// ring can go on where the file ends. Nothing is synced: what was written is in the kernel, where a
// kill of any process does not reach it, and a file that is removed within the half minute or so
// before the kernel writes it out was never on the disk.
//
// A lock tells who is alive. It belongs to the open file, hence also to the children that a writer
// forked: a file that can be locked is nobody's any more, and was interrupted.

#include <advisor/base/result.hpp>
#include <advisor/base/units.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/measured.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace advisor {

/// Of some two million tests; the limit to give to read_file.
inline constexpr Bytes k_largest_recording{1'000'000'000};

/// What is known of a run when it begins.
struct RecordingHead {
    std::vector<std::string> command;  ///< without the recorder's own words
    std::string directory;
    std::string started_utc;
    std::uint64_t exec_ns = 0;  ///< CLOCK_MONOTONIC just before the process was made
    Host host;
    Interpreter interpreter;
    std::vector<Missing> missing;  ///< what is not measured, and why
    friend bool operator==(const RecordingHead&, const RecordingHead&) = default;
};

/// The head with its zero byte.
[[nodiscard]] std::string to_bytes(const RecordingHead& head);

struct StoredRecording {
    RecordingHead head;
    std::string_view frames;  ///< within the text that was read; may end anywhere
};

/// `origin` names the source in errors.
[[nodiscard]] Result<StoredRecording>
read_recording(std::string_view text, std::string_view origin);

class RecordingFile {
public:
    /// A new file of this user alone: `prefix` and six characters. Makes its directory, too.
    [[nodiscard]] static Result<RecordingFile>
    create(const std::string& prefix, const RecordingHead& head);

    RecordingFile(RecordingFile&& other) noexcept;
    RecordingFile& operator=(RecordingFile&&) = delete;
    RecordingFile(const RecordingFile&) = delete;
    RecordingFile& operator=(const RecordingFile&) = delete;
    ~RecordingFile();  ///< the file stays

    /// Where that fails, the file may end with a part of the bytes.
    [[nodiscard]] Status append(std::string_view frames) const;

    /// Bytes of frames in the file; of all processes that have it open.
    [[nodiscard]] std::uint64_t length() const;

    void remove() const;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    RecordingFile(int descriptor, std::string path, std::uint64_t head_bytes)
        : descriptor_(descriptor),
          path_(std::move(path)),
          head_bytes_(head_bytes) {}

    int descriptor_ = -1;
    std::string path_;
    std::uint64_t head_bytes_ = 0;
};

/// Files whose names begin with `prefix` and that nobody writes any more; the newest first.
[[nodiscard]] std::vector<std::string> interrupted_recordings(const std::string& prefix);

}  // namespace advisor
