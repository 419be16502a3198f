#include "advise/plan_reason.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace advisor {

namespace {

std::string described(const PlanPoint& point) {
    return fmt::format(
        "{} {}, {}",
        point.configuration.shards,
        point.machine.name,
        label(Configuration{point.configuration.runner, 1, point.configuration.runner_name})
    );
}

std::string why_chosen(const PlanPoint& point, Seconds target) {
    return fmt::format(
        "{}: {} at most {}, within {}, for {:.3f} {} a run ({}); nothing that meets the target is "
        "cheaper.",
        described(point),
        format_seconds(point.wall.mid),
        format_seconds(point.wall.high),
        format_seconds(target),
        point.cost,
        point.machine.currency,
        format_count(point.billed_minutes, "billed minute")
    );
}

std::string why_none(const std::vector<Bounded>& points, Seconds target) {
    const Bounded* fastest = nullptr;
    bool memory = false;
    for (const Bounded& candidate : points) {
        memory |= candidate.point.meets_target && !candidate.point.fits_memory;
        if (candidate.point.fits_memory
            && (fastest == nullptr || candidate.point.wall.high < fastest->point.wall.high)) {
            fastest = &candidate;
        }
    }
    if (fastest == nullptr) {
        return "No machine has the memory that the suite needs with 20 % to spare.";
    }
    return fmt::format(
        "Nothing meets {}: the fastest, {}, takes up to {}, {} of it set-up of the machine; its "
        "tests are {}.{}",
        format_seconds(target),
        described(fastest->point),
        format_seconds(fastest->point.wall.high),
        format_seconds(fastest->point.machine.setup),
        fastest->bound,
        memory ? " Machines that would meet it lack memory." : ""
    );
}

}  // namespace

std::string
reason_of(const std::vector<Bounded>& points, std::optional<std::size_t> chosen, Seconds target) {
    if (points.empty()) {
        return {};  // no machine has a part of the suite, see left_out_of()
    }
    if (target == Seconds(0)) {
        return "No target was given; each point stands for itself.";
    }
    return chosen ? why_chosen(points[*chosen].point, target) : why_none(points, target);
}

std::string left_out_of(const std::vector<Configuration>& asked_for, std::size_t files) {
    std::vector<std::string> specs;
    for (const Configuration& configuration : asked_for) {
        if (configuration.shards > files) {
            specs.push_back(spec(configuration));
        }
    }
    if (specs.empty()) {
        return {};
    }
    return fmt::format(
        "Not planned: {}, since the tests are in {}, and a file stays whole on one machine.",
        fmt::join(specs, "; "),
        format_count(files, "file")
    );
}

}  // namespace advisor
