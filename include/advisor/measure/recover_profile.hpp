#pragma once

// Makes the profile of a recording that outlived the advisor which made it.

#include <advisor/base/result.hpp>
#include <advisor/domain/profile.hpp>

#include <string_view>

namespace advisor {

/// `recording` is the content of the file (store/recording.hpp), `origin` its name in errors. The
/// profile is as a live one would be where the suite ended at its last record, but for what only
/// the killed process knew. It is always incomplete, and says where the recording ends.
[[nodiscard]] Result<Profile> recover_profile(std::string_view recording, std::string_view origin);

}  // namespace advisor
