#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "advise/ability.hpp"
#include "advise/findings.hpp"

namespace advisor {

namespace {

/// Faster by more than what the ranking calls a tie.
bool clearly_faster(const Prediction& a, const Prediction& b) {
    return a.wall.mid * 1.03 < b.wall.mid;
}

/// Matters where the best stock configuration would gain.
void xdist_missing(
    const Profile& profile,
    const Comparison& comparison,
    const Ability& ability,
    std::vector<Finding>& out
) {
    if (ability.xdist || comparison.stock == nullptr
        || !gains(*comparison.stock, *comparison.sequential)) {
        return;
    }
    const Prediction& stock = *comparison.stock;
    const std::string& python = profile.interpreter.executable;
    out.push_back(
        {"xdist-missing",
         Severity::slows,
         {"pytest-xdist"},
         {{"wall_s", stock.wall.mid.value()},
          {"sequential_s", comparison.sequential->wall.mid.value()}},
         fmt::format(
             "pytest-xdist cannot be imported by {}; with it, {} would take {} instead of {}",
             python.empty() ? "the suite's interpreter" : python,
             label(stock.configuration),
             format_seconds(stock.wall.mid),
             format_seconds(comparison.sequential->wall.mid)
         ),
         fmt::format("{} -m pip install pytest-xdist", python.empty() ? "python3" : python)}
    );
}

/// Matters where a clearly faster configuration is passed over for its memory.
void memory_limit(
    const std::vector<Prediction>& predictions,
    const Comparison& comparison,
    std::vector<Finding>& out
) {
    const Prediction* fastest = nullptr;
    for (const Prediction& prediction : predictions) {
        if (prediction.can_run && !fits(prediction, comparison.preferences)
            && clearly_faster(prediction, *comparison.recommended)
            && (fastest == nullptr || prediction.wall.mid < fastest->wall.mid)) {
            fastest = &prediction;
        }
    }
    if (fastest == nullptr) {
        return;
    }
    const Bytes memory = comparison.preferences.memory;
    out.push_back(
        {"memory-limit",
         Severity::breaks,
         {spec(fastest->configuration)},
         {{"peak_bytes", static_cast<double>(fastest->peak_memory.value())},
          {"memory_bytes", static_cast<double>(memory.value())},
          {"wall_s", fastest->wall.mid.value()}},
         fmt::format(
             "{} would take {}, but needs {} of {} memory; 20 % must stay free, or the kernel may "
             "kill a worker and pytest-xdist lose its tests",
             label(fastest->configuration),
             format_seconds(fastest->wall.mid),
             format_bytes(fastest->peak_memory),
             format_bytes(memory)
         ),
         "give the run more memory, or stay with fewer workers"}
    );
}

/// Matters where `-n auto` would start a worker more than the quota can feed.
void cpu_quota(const Profile& profile, const Comparison& comparison, std::vector<Finding>& out) {
    const Host& host = profile.host;
    if (!host.cpu_quota.has_value() || comparison.parallel == nullptr
        || host.cpu_quota.value() > host.cores_to_run_on() - 1.0) {
        return;
    }
    const std::uint32_t workers = parallelism(comparison.parallel->configuration);
    out.push_back(
        {"cpu-quota",
         Severity::slows,
         {},
         {{"quota_cores", host.cpu_quota.value()},
          {"cores_allowed", static_cast<double>(host.cores_to_run_on())}},
         fmt::format(
             "a cgroup quota gives this run {:.1f} of {} cores; `-n auto` does not know it and "
             "would start {}",
             host.cpu_quota.value(),
             host.cores_to_run_on(),
             format_count(host.cores_to_run_on(), "worker")
         ),
         fmt::format("give the number: -n {0}, or PYTEST_XDIST_AUTO_NUM_WORKERS={0}", workers)}
    );
}

/// Matters where a fifth of the computing, and a second, is done by other threads of the process.
void thread_pools(const Comparison& comparison, std::vector<Finding>& out) {
    const Shares& shares = comparison.shares;
    if (comparison.parallel == nullptr || shares.helper_cpu < Seconds(1)
        || shares.helper_cpu < shares.computing * 0.2) {
        return;
    }
    out.push_back(
        {"thread-pools",
         Severity::slows,
         {},
         {{"helper_cpu_s", shares.helper_cpu.value()},
          {"computing_s", shares.computing.value()},
          {"workers", static_cast<double>(parallelism(comparison.parallel->configuration))}},
         fmt::format(
             "threads that libraries start compute for {}; every worker would start as many again "
             "and they would fight for the same cores",
             format_seconds(shares.helper_cpu)
         ),
         "cap them in every worker: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1"}
    );
}

/// Matters where a way that cannot run here is clearly faster than the recommended one.
void would_bring(
    const std::string& code,
    const Prediction* other,
    const Comparison& comparison,
    std::vector<Finding>& out
) {
    if (other == nullptr || !clearly_faster(*other, *comparison.recommended)
        || !gains(*other, *comparison.sequential)) {
        return;
    }
    const bool untried =
        uses_threads(other->configuration) && !comparison.preferences.threads_tried;
    if (other->can_run && !untried) {
        return;
    }
    std::string why;
    if (other->can_run) {
        why = "; threads are recommended once a run of them has ended here as the recording did";
    } else if (!other->cannot_run_because.empty()) {
        why = ", but cannot run here: " + other->cannot_run_because;
    }
    out.push_back(
        {code,
         Severity::note,
         {spec(other->configuration)},
         {{"wall_s", other->wall.mid.value()},
          {"recommended_s", comparison.recommended->wall.mid.value()},
          {"sequential_s", comparison.sequential->wall.mid.value()}},
         fmt::format(
             "{} would take {}, against {} of what is recommended",
             label(other->configuration),
             format_seconds(other->wall.mid),
             format_seconds(comparison.recommended->wall.mid)
         ) + why,
         other->can_run ? "advisor verify --configuration " + spec(other->configuration) : ""}
    );
}

}  // namespace

std::vector<Finding> environment_findings(
    const Profile& profile,
    const std::vector<Prediction>& predictions,
    const Comparison& comparison,
    const Ability& ability
) {
    std::vector<Finding> findings;
    xdist_missing(profile, comparison, ability, findings);
    memory_limit(predictions, comparison, findings);
    cpu_quota(profile, comparison, findings);
    thread_pools(comparison, findings);
    would_bring("threads-would-bring", comparison.threads, comparison, findings);
    would_bring("forked-would-bring", comparison.forked, comparison, findings);
    return findings;
}

}  // namespace advisor
