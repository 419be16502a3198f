#include <advisor/store/documents.hpp>

#include <cstddef>
#include <utility>

#include "store/document.hpp"
#include "store/domain_fields.hpp"
#include "store/machine_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<Shard> auto& shard) {
    fields.field("files", shard.files);
    fields.field("tests", shard.tests);
    fields.field("wall_s", shard.wall);
    fields.field("run", shard.run);
}

void describe(auto& fields, Like<ShardManifest> auto& manifest) {
    fields.field("machine", manifest.machine);
    fields.field("configuration", manifest.configuration);
    fields.field("shards", manifest.shards);
}

std::string to_json(const ShardManifest& manifest) {
    return write_document(DocumentKind::shards, manifest);
}

Result<ShardManifest> read_shards(std::string_view text, std::string_view origin) {
    return read_document<ShardManifest>(DocumentKind::shards, text, origin);
}

std::string ci_matrix(const ShardManifest& manifest) {
    Json jobs = Json::array();
    for (std::size_t i = 0; i < manifest.shards.size(); ++i) {
        jobs.push_back(
            {{"shard", shard_name(manifest, i)},
             {"machine", Codec<std::string>::json(manifest.machine.name)},
             {"run", Codec<std::string>::json(manifest.shards[i].run)}}
        );
    }
    return Json{{"include", std::move(jobs)}}.dump() + "\n";
}

}  // namespace advisor
