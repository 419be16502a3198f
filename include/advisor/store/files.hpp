#pragma once

// Whole files, read with a limit and written so that a reader sees the old bytes or the new ones,
// never half: temporary name in the same directory, fsync, rename, fsync of the directory.

#include <advisor/base/result.hpp>
#include <advisor/base/units.hpp>

#include <string>
#include <string_view>

namespace advisor {

/// The file's bytes. Refuses what is not a regular file, and more than `limit`.
[[nodiscard]] Result<std::string> read_file(const std::string& path, Bytes limit);

/// Replaces `path` atomically with mode 0644 less the umask.
[[nodiscard]] Status write_file(const std::string& path, std::string_view bytes);

/// What write_file would say to no bytes, without a change to `path`.
[[nodiscard]] Status can_write(const std::string& path);

/// Makes `path` and its parents. A directory made here whose name is `.advisor` gets a `.gitignore`
/// that ignores all of it.
[[nodiscard]] Status make_directory(const std::string& path);

}  // namespace advisor
