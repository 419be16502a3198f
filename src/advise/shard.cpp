#include "advise/shard.hpp"

#include <advisor/base/assert.hpp>
#include <advisor/base/longest_first.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "advise/shares.hpp"

namespace advisor {

namespace {

struct File {
    Seconds time;
    std::vector<std::uint32_t> tests;
};

/// In order of first appearance. A file's time holds the fixtures that its tests asked for, but
/// not session fixtures: those every machine sets up for itself.
std::vector<File> files_of(const Profile& profile) {
    std::vector<File> files;
    std::map<std::string_view, std::size_t> places;
    std::vector<std::size_t> file_of_test;
    for (std::uint32_t i = 0; i < profile.tests.size(); ++i) {
        const auto [place, is_new] = places.emplace(file_of(profile.tests[i].id), files.size());
        if (is_new) {
            files.emplace_back();
        }
        files[place->second].tests.push_back(i);
        files[place->second].time += alone(profile.tests[i]);
        file_of_test.push_back(place->second);
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        if (profile.fixture_definitions[instance.use.fixture.value].scope != Scope::session) {
            files[file_of_test[instance.requested_by.value]].time +=
                alone(instance.setup) + alone(instance.teardown);
        }
    }
    return files;
}

}  // namespace

std::vector<std::vector<std::uint32_t>>
shard_indices(const Profile& profile, std::uint32_t shards) {
    ADVISOR_ASSERT(shards > 0, "a suite is dealt to at least one machine");
    const std::vector<File> files = files_of(profile);
    std::vector<Piece> pieces;
    pieces.reserve(files.size());
    for (const File& file : files) {
        pieces.push_back({file.time.value(), file.tests.size()});
    }
    std::vector<std::vector<std::uint32_t>> parts;
    for (const auto& dealt : dealt_longest_first(pieces, shards)) {
        std::vector<std::uint32_t>& part = parts.emplace_back();
        for (const std::size_t file : dealt) {
            part.insert(part.end(), files[file].tests.begin(), files[file].tests.end());
        }
        std::sort(part.begin(), part.end());
    }
    return parts;
}

}  // namespace advisor
