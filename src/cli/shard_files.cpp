#include "cli/shard_files.hpp"

#include <advisor/advise/plan.hpp>
#include <advisor/dialect/shard_command.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>

namespace advisor::cli {

Result<PlanPoint> point_to_share(const CapacityPlan& plan) {
    if (plan.chosen) {
        return plan.points[*plan.chosen];
    }
    if (plan.points.size() == 1) {
        return plan.points.front();
    }
    return fail(
        ErrorKind::usage,
        "there is no one plan to write shards of",
        fmt::format("of {} points none is chosen", plan.points.size()),
        "give --target, or one --machine and one --configuration such as "
        "shards=3,processes=4,dist=load"
    );
}

Status write_shards(
    const std::string& directory,
    const GivenProfile& basis,
    const ModelParameters& parameters,
    const PlanPoint& point
) {
    if (Status made = make_directory(directory); !made) {
        return made;
    }
    ShardManifest manifest = shards_of(basis.profile, parameters, point);
    for (std::size_t i = 0; i < manifest.shards.size(); ++i) {
        const auto arguments = shard_arguments(manifest, i, basis.profile.run);
        const std::string path = fmt::format("{}/shard-{}.txt", directory, shard_name(manifest, i));
        const std::string lines =
            fmt::format("{}{}", fmt::join(arguments, "\n"), arguments.empty() ? "" : "\n");
        if (Status written = write_file(path, lines); !written) {
            return written;
        }
        manifest.shards[i].run = shard_line(manifest, basis.suite, path, arguments);
    }
    if (Status written = write_file(directory + "/matrix.json", ci_matrix(manifest)); !written) {
        return written;
    }
    return write_file(directory + "/shards.json", to_json(manifest));
}

}  // namespace advisor::cli
