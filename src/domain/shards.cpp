#include <advisor/domain/shards.hpp>

#include <fmt/format.h>

namespace advisor {

std::string shard_name(const ShardManifest& manifest, std::size_t position) {
    return fmt::format("{}-of-{}", position + 1, manifest.shards.size());
}

}  // namespace advisor
