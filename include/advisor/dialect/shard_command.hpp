#pragma once

// How pytest is told to run one shard of a suite, on another machine.

#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/shards.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace advisor {

/// Of a file as ids name it, from where the suite was started.
[[nodiscard]] std::string path_of(const std::string& file, const ProfiledRun& run);

/// pytest's arguments that leave out the files of all other shards, to follow the user's own. A
/// file that nobody knew when the suite was recorded runs on every machine: no test is lost.
/// `run`: where the suite was started, and what its ids are relative to.
[[nodiscard]] std::vector<std::string>
shard_arguments(const ShardManifest& manifest, std::size_t position, const ProfiledRun& run);

/// For a shell in the suite's directory, with those arguments in the file `path` where the suite's
/// pytest reads arguments from files. An interpreter of this machine is left out.
[[nodiscard]] std::string shard_line(
    const ShardManifest& manifest,
    const Suite& suite,
    const std::string& path,
    const std::vector<std::string>& arguments
);

}  // namespace advisor
