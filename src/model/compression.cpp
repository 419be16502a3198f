#include "model/compression.hpp"

#include <algorithm>

namespace advisor::model {

namespace {

constexpr double k_most_count = 2.0;

bool are_alike(const FixturePlan& plan, std::uint32_t a, std::uint32_t b) {
    const WorkTest& first = plan.workload().tests[a];
    const WorkTest& second = plan.workload().tests[b];
    const bool groups =
        first.marked == second.marked && (!first.marked || first.group == second.group);
    return first.node == second.node && first.scope == second.scope && first.file == second.file
           && first.alone == second.alone && groups && plan.set_of(a) == plan.set_of(b);
}

/// All but the tests and what goes with them.
Workload frame_of(const Workload& workload) {
    Workload frame;
    frame.needs = workload.needs;
    frame.fixtures = workload.fixtures;
    frame.nodes = workload.nodes;
    frame.unit_names = workload.unit_names;
    frame.boot = workload.boot;
    frame.collection = workload.collection;
    frame.finish = workload.finish;
    frame.exit = workload.exit;
    frame.collected = workload.collected;
    frame.free_threaded = workload.free_threaded;
    return frame;
}

}  // namespace

Compressed compressed(const FixturePlan& original, std::size_t pieces, const Demand& extra) {
    const Workload& workload = original.workload();
    Seconds whole;
    for (const WorkTest& test : workload.tests) {
        whole += test.demand.alone();
    }
    const auto parts = static_cast<double>(std::max<std::size_t>(pieces, 1));
    const Seconds most = whole / parts;
    const double most_count =
        std::max(1.0, k_most_count * static_cast<double>(workload.tests.size()) / parts);
    Compressed result{frame_of(workload), {}};
    double count = 0.0;
    for (std::uint32_t i = 0; i < workload.tests.size(); ++i) {
        const WorkTest& test = workload.tests[i];
        std::vector<WorkTest>& made = result.workload.tests;
        const bool fits = i > 0 && count < most_count && are_alike(original, i - 1, i)
                          && made.back().demand.alone() + test.demand.alone() <= most;
        if (fits) {
            made.back().demand += test.demand + extra;
            count += 1.0;
        } else {
            made.push_back(test);
            count = 1.0;
        }
        result.piece_of.push_back(static_cast<std::uint32_t>(made.size() - 1));
    }
    return result;
}

Perturbation compressed(
    const Perturbation& original,
    const Workload& workload,
    const std::vector<std::uint32_t>& piece_of
) {
    Perturbation result{{}, original.fixtures};
    const std::size_t pieces = piece_of.empty() ? 0 : piece_of.back() + std::size_t{1};
    result.tests.assign(pieces, 0.0);
    std::vector<double> lengths(pieces, 0.0);
    for (std::size_t i = 0; i < piece_of.size(); ++i) {
        const double length = workload.tests[i].demand.alone().value();
        result.tests[piece_of[i]] += length * original.tests[i];
        lengths[piece_of[i]] += length;
    }
    for (std::size_t i = 0; i < pieces; ++i) {
        result.tests[i] = lengths[i] > 0.0 ? result.tests[i] / lengths[i] : 1.0;
    }
    return result;
}

}  // namespace advisor::model
