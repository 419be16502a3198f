#include "model/shards.hpp"

#include <advisor/base/longest_first.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace advisor::model {

namespace {

struct File {
    double seconds = 0.0;
    std::vector<std::uint32_t> tests;
    std::set<std::pair<std::uint32_t, std::uint32_t>> fixtures;
};

/// In the order of their first tests.
std::vector<File> files_of(const Workload& workload) {
    std::vector<File> files;
    std::map<std::uint32_t, std::size_t> places;
    for (std::uint32_t i = 0; i < workload.tests.size(); ++i) {
        const WorkTest& test = workload.tests[i];
        const auto [place, added] = places.emplace(test.file, files.size());
        if (added) {
            files.emplace_back();
        }
        File& file = files[place->second];
        file.tests.push_back(i);
        file.seconds += test.demand.alone().value();
        for (std::uint32_t n = test.first_need; n < test.first_need + test.needs; ++n) {
            const WorkNeed& need = workload.needs[n];
            const WorkFixture& fixture = workload.fixtures[need.fixture];
            const bool narrow = fixture.scope == Scope::class_ || fixture.scope == Scope::module;
            if (narrow && file.fixtures.emplace(need.fixture, need.node).second) {
                file.seconds += (fixture.setup.alone() + fixture.teardown.alone()).value();
            }
        }
    }
    return files;
}

Workload part_of(const Workload& workload, const std::vector<std::uint32_t>& tests) {
    Workload part;
    part.fixtures = workload.fixtures;
    part.nodes = workload.nodes;
    part.fixture_names = workload.fixture_names;
    part.unit_names = workload.unit_names;
    part.boot = workload.boot;
    part.collection = workload.collection;
    part.finish = workload.finish;
    part.exit = workload.exit;
    part.collected = tests.size();
    part.process_rss = workload.process_rss;
    part.collected_rss = workload.collected_rss;
    part.free_threaded = workload.free_threaded;
    part.gil_measured = workload.gil_measured;
    for (const std::uint32_t i : tests) {
        WorkTest test = workload.tests[i];
        const auto first = workload.needs.begin() + test.first_need;
        test.first_need = static_cast<std::uint32_t>(part.needs.size());
        part.needs.insert(part.needs.end(), first, first + test.needs);
        part.tests.push_back(test);
        part.test_names.push_back(workload.test_names[i]);
    }
    return part;
}

}  // namespace

std::vector<Workload> deal(const Workload& workload, std::uint32_t machines) {
    const std::vector<File> files = files_of(workload);
    std::vector<Piece> pieces;
    pieces.reserve(files.size());
    for (const File& file : files) {
        pieces.push_back({file.seconds, file.tests.size()});
    }
    // More machines than files stand idle.
    const std::size_t used = std::clamp<std::size_t>(files.size(), 1, std::max(1U, machines));
    std::vector<Workload> parts;
    for (const auto& dealt : dealt_longest_first(pieces, used)) {
        std::vector<std::uint32_t> tests;
        for (const std::size_t file : dealt) {
            tests.insert(tests.end(), files[file].tests.begin(), files[file].tests.end());
        }
        std::sort(tests.begin(), tests.end());
        parts.push_back(part_of(workload, tests));
    }
    return parts;
}

}  // namespace advisor::model
