#pragma once

// Errors as values. An `Error` says what was being done, because of what it failed, and what to
// do about it; only `cli` prints it and turns its kind into an exit code.

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace advisor {

enum class ErrorKind {
    usage,         ///< the command line or a configuration spec is wrong
    input,         ///< a file or a suite cannot be read or used
    environment,   ///< the machine or the interpreter lacks something
    suite_failed,  ///< the profiled suite failed, so that what was recorded is partial
    internal,      ///< a defect of advisor itself
};

/// Three lower-case fragments without a full stop; `because` and `hint` may be empty.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string what;
    std::string because;
    std::string hint;
    friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error>
fail(ErrorKind kind, std::string what, std::string because = {}, std::string hint = {}) {
    return tl::unexpected<Error>(Error{kind, std::move(what), std::move(because), std::move(hint)});
}

}  // namespace advisor
