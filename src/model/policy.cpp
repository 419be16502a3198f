#include "model/policy.hpp"

#include <utility>

namespace advisor::model {

const Course&
course_of(const Courses& courses, const Configuration& configuration, XdistVersion version) {
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    if (processes == nullptr) {
        if (parallelism(configuration) <= 1) {
            return courses.collection();  // whose order a single lane keeps
        }
        return std::holds_alternative<Threads>(configuration.runner) ? courses.on_lanes()
                                                                     : courses.pulled();
    }
    const bool by_size = version >= XdistVersion{3, 5, 0}
                         && (processes->scope_reorder || version < XdistVersion{3, 8, 0});
    switch (processes->dist) {
    case Distribution::load:
    case Distribution::worksteal: return courses.collection();
    case Distribution::loadscope: return courses.by(&WorkTest::scope, by_size);
    case Distribution::loadfile: return courses.by(&WorkTest::file, by_size);
    case Distribution::loadgroup: return courses.by(&WorkTest::group, by_size);
    case Distribution::planned: return courses.planned();
    }
    return courses.collection();
}

std::unique_ptr<Policy> make_policy(
    const Courses& courses,
    const Configuration& configuration,
    std::uint32_t nodes,
    XdistVersion version,
    std::uint32_t grain,
    std::vector<double> clock
) {
    const Course& course = course_of(courses, configuration, version);
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    if (processes == nullptr) {
        return std::holds_alternative<Forked>(configuration.runner)
                   ? make_range_policy(course, nodes, grain)
                   : make_pull_policy(course, nodes, grain, std::move(clock));
    }
    const bool knows_chunk = version >= XdistVersion{3, 2, 0};
    switch (processes->dist) {
    case Distribution::load:
        return make_load_policy(
            course.size(), nodes, knows_chunk ? processes->maxschedchunk : std::nullopt
        );
    case Distribution::worksteal: return make_steal_policy(course.size(), nodes);
    case Distribution::planned: return make_planned_policy(courses.plan(), course, nodes, grain);
    case Distribution::loadscope:
    case Distribution::loadfile:
    case Distribution::loadgroup: return make_scope_policy(course, nodes, grain);
    }
    return nullptr;
}

}  // namespace advisor::model
