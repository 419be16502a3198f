#include "cli/shard_files.hpp"

#include <advisor/advise/advise.hpp>
#include <advisor/advise/plan.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/dialect/shard_command.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

namespace advisor::cli {

namespace {

tl::unexpected<Error> no_shards(std::string because, std::string hint) {
    return fail(ErrorKind::input, "no shards can be written", std::move(because), std::move(hint));
}

/// As the plan says, and not in some other way.
Status can_be_run(const ShardManifest& manifest, const GivenProfile& basis) {
    const Configuration& configuration = manifest.configuration;
    if (is_planned(configuration)) {
        return no_shards(
            "dist=planned deals by a recording, and each machine would be without it",
            "choose another distribution: --configuration"
        );
    }
    if (auto because = forbidden_by_recording(basis.profile, configuration)) {
        return no_shards(std::move(*because), "choose another runner: --configuration");
    }
    const auto why = why_not_runnable(configuration, basis.suite.interpreter, basis.suite.command);
    return why ? Status(no_shards(why->because, why->hint)) : Status();
}

/// Other tools' ids are told from names of classes, and files are renamed.
Status can_be_found(const ShardManifest& manifest, const GivenProfile& basis) {
    const std::filesystem::path suite = basis.suite.directory;
    for (const Shard& shard : manifest.shards) {
        for (const std::string& file : shard.files) {
            std::error_code ignored;
            const bool is_one_line = file.find('\n') == std::string::npos;
            const auto path = suite / path_of(file, basis.profile.run);
            if (!is_one_line || !std::filesystem::is_regular_file(path, ignored)) {
                return no_shards(
                    fmt::format("the recording has tests of '{}', which is no file there", file),
                    "record the suite anew, in its directory: advisor profile"
                );
            }
        }
    }
    return {};
}

/// The directory as a command in `suite` names it; absolute if it lies elsewhere.
std::string seen_from(const std::string& suite, const std::string& directory) {
    const auto path = std::filesystem::absolute(directory).lexically_normal();
    const std::string relative = path.lexically_relative(suite).string();
    const std::string name = relative.starts_with("..") ? path.string() : relative;
    return name.ends_with('/') ? name.substr(0, name.size() - 1) : name;
}

}  // namespace

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

void remove_shards(const std::string& directory) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
        const std::string name = entry.path().filename().string();
        const bool is_arguments = name.starts_with("shard-") && name.ends_with(".txt")
                                  && name.find("-of-") != std::string::npos;
        if (is_arguments || name == "shards.json" || name == "matrix.json") {
            std::filesystem::remove(entry.path(), ignored);
        }
    }
}

Status write_shards(
    const std::string& directory,
    const GivenProfile& basis,
    const ModelParameters& parameters,
    const PlanPoint& point
) {
    ShardManifest manifest = shards_of(basis.profile, parameters, point);
    for (const Status& fit : {can_be_run(manifest, basis), can_be_found(manifest, basis)}) {
        if (!fit) {
            return fit;
        }
    }
    if (Status made = make_directory(directory); !made) {
        return made;
    }
    remove_shards(directory);
    const std::string from_suite = seen_from(basis.suite.directory, directory);
    for (std::size_t i = 0; i < manifest.shards.size(); ++i) {
        const auto arguments = shard_arguments(manifest, i, basis.profile.run);
        const std::string name = fmt::format("shard-{}.txt", shard_name(manifest, i));
        const std::string lines =
            fmt::format("{}{}", fmt::join(arguments, "\n"), arguments.empty() ? "" : "\n");
        if (Status written = write_file(fmt::format("{}/{}", directory, name), lines); !written) {
            return written;
        }
        manifest.shards[i].run =
            shard_line(manifest, basis.suite, fmt::format("{}/{}", from_suite, name), arguments);
    }
    if (Status written = write_file(directory + "/matrix.json", ci_matrix(manifest)); !written) {
        return written;
    }
    return write_file(directory + "/shards.json", to_json(manifest));
}

}  // namespace advisor::cli
