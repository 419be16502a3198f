#include "advisor/model/calibration_fit.hpp"

#include <advisor/base/median.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

namespace advisor {

namespace {

constexpr double k_least_error = 0.05;
constexpr double k_unrepeated_error = 0.10;  ///< as of what is shipped
constexpr double k_most_error = 0.25;

template <typename T>
std::vector<double>
column(const std::vector<T>& rows, const std::function<Seconds(const T&)>& value) {
    std::vector<double> values;
    values.reserve(rows.size());
    for (const T& row : rows) {
        values.push_back(value(row).value());
    }
    return values;
}

/// By number of processes the ratio to one process, a median over the rounds.
std::map<std::uint32_t, double> ratios(const std::vector<CapacitySample>& samples) {
    std::map<std::uint32_t, double> alone;
    for (const CapacitySample& sample : samples) {
        if (sample.processes == 1) {
            alone[sample.round] = sample.units_per_s;
        }
    }
    std::map<std::uint32_t, std::vector<double>> by_count;
    for (const CapacitySample& sample : samples) {
        if (const auto one = alone.find(sample.round); one != alone.end()) {
            by_count[sample.processes].push_back(sample.units_per_s / one->second);
        }
    }
    std::map<std::uint32_t, double> medians;
    for (const auto& [count, values] : by_count) {
        medians[count] = std::clamp(median(values), 1.0, static_cast<double>(count));
    }
    return medians;
}

struct ScalabilityLaw {
    double contention = 0;  ///< a
    double coherence = 0;   ///< b
    [[nodiscard]] double at(double j) const {
        return j / (1 + contention * (j - 1) + coherence * j * (j - 1));
    }
};

/// Least squares with both parameters not negative: of two variables, the best of the free
/// solution, each alone, and none is the constrained optimum.
ScalabilityLaw fit_law(const std::map<std::uint32_t, double>& points) {
    Eigen::MatrixXd factors(static_cast<Eigen::Index>(points.size()), 2);
    Eigen::VectorXd excess(static_cast<Eigen::Index>(points.size()));
    Eigen::Index row = 0;
    for (const auto& [count, capacity] : points) {
        const double j = count;
        factors(row, 0) = j - 1;
        factors(row, 1) = j * (j - 1);
        excess(row) = j / capacity - 1;
        ++row;
    }
    std::vector<Eigen::Vector2d> candidates{Eigen::Vector2d::Zero()};
    if (points.size() >= 3) {  // one point beside j = 1 does not determine both
        candidates.emplace_back(factors.colPivHouseholderQr().solve(excess));
    }
    for (Eigen::Index only = 0; only < 2; ++only) {
        const double norm = factors.col(only).squaredNorm();
        Eigen::Vector2d alone = Eigen::Vector2d::Zero();
        alone(only) = norm > 0 ? factors.col(only).dot(excess) / norm : 0.0;
        candidates.push_back(alone);
    }
    Eigen::Vector2d best = candidates.front();
    for (const Eigen::Vector2d& candidate : candidates) {
        const bool allowed = candidate.minCoeff() >= 0 && candidate.allFinite();
        if (allowed && (factors * candidate - excess).norm() < (factors * best - excess).norm()) {
            best = candidate;
        }
    }
    return {best(0), best(1)};
}

std::vector<CapacityPoint> capacity_curve(const CalibrationMeasurement& seen) {
    const std::map<std::uint32_t, double> measured = ratios(seen.capacity);
    const auto cores = static_cast<std::uint32_t>(std::max(1.0, std::ceil(seen.cores)));
    std::map<std::uint32_t, double> within;
    for (const auto& [count, capacity] : measured) {
        if (count <= cores) {
            within[count] = capacity;
        }
    }
    const ScalabilityLaw law = fit_law(within);
    std::vector<CapacityPoint> curve{{1, 1.0}};
    for (const auto& [count, capacity] : measured) {
        if (count > 1) {
            const double value = count <= cores ? law.at(count) : capacity;
            curve.push_back({count, std::max(curve.back().capacity, value)});
        }
    }
    return curve;
}

/// Half the range of the repeats over their median: of three, a robust guess at their scatter.
double scatter(const std::vector<double>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double middle = median(values);
    return middle > 0 ? (*high - *low) / 2 / middle : 0.0;
}

double middle_of(const CalibrationMeasurement& seen, Seconds SequentialRun::*member) {
    return median(column<SequentialRun>(seen.sequential, [&](const SequentialRun& run) {
        return run.*member;
    }));
}

Seconds not_negative(double value) {
    return Seconds(std::max(0.0, value));
}

void fit_workers(ModelParameters& fitted, const CalibrationMeasurement& seen) {
    const auto of_worker = [&](Seconds WorkerRun::*member) {
        return median(column<WorkerRun>(seen.with_worker, [&](const WorkerRun& run) {
            return run.*member;
        }));
    };
    const auto of_sequential = [&](Seconds SequentialRun::*member) {
        return middle_of(seen, member);
    };
    const double child_cpu =
        median(column<Seconds>(seen.gateway_child_cpu, [](const Seconds& value) { return value; }));
    fitted.gateway_wall = Seconds(of_worker(&WorkerRun::gateway_wall));
    fitted.gateway_cpu =
        std::min(fitted.gateway_wall, Seconds(of_worker(&WorkerRun::gateway_cpu) + child_cpu));
    fitted.worker_boot_wall = Seconds(of_worker(&WorkerRun::boot_wall));
    fitted.worker_boot_cpu = not_negative(of_worker(&WorkerRun::boot_cpu) - child_cpu);
    fitted.worker_test_cpu = not_negative(
        of_worker(&WorkerRun::worker_test_cpu) - of_sequential(&SequentialRun::test_cpu)
    );
    fitted.controller_test_cpu = Seconds(of_worker(&WorkerRun::controller_test_cpu));
    fitted.worker_exit_wall = Seconds(of_worker(&WorkerRun::exit_wall));
    fitted.worker_exit_cpu =
        not_negative(of_worker(&WorkerRun::exit_cpu) - of_sequential(&SequentialRun::exit_cpu));
    const double error = scatter(column<WorkerRun>(seen.with_worker, [](const WorkerRun& run) {
        return run.gateway_wall + run.boot_wall + run.exit_wall;
    }));
    const double least = seen.with_worker.size() > 1 ? k_least_error : k_unrepeated_error;
    fitted.relative_error = std::clamp(error, least, k_most_error);
    fitted.source = Source::measured;
}

void fit_forked(ModelParameters& fitted, const CalibrationMeasurement& seen) {
    const double exit = middle_of(seen, &SequentialRun::exit_cpu);
    const double alone = middle_of(seen, &SequentialRun::test_cpu);
    fitted.forked_test_cpu =
        not_negative(median(column<ForkedRun>(seen.forked, [&](const ForkedRun& run) {
            return (run.rest_cpu - Seconds(exit)) / run.tests - Seconds(alone);
        })));
    fitted.forked_parent_cpu =
        Seconds(median(column<ForkedRun>(seen.forked, [](const ForkedRun& run) {
            return run.parent_test_cpu;
        })));
}

/// Tests with and without the recorder took turns, so that all runs may be taken together.
void fit_recorder(ModelParameters& fitted, const CalibrationMeasurement& seen) {
    const auto of_tests = [&](std::vector<Seconds> RecordedHalf::*tests) {
        std::vector<double> all;
        for (const RecordedHalf& run : seen.recorded) {
            for (const Seconds wall : run.*tests) {
                all.push_back(wall.value());
            }
        }
        return all;
    };
    const std::vector<double> with = of_tests(&RecordedHalf::tests_with);
    const std::vector<double> without = of_tests(&RecordedHalf::tests_without);
    if (with.empty() || without.empty()) {
        return;  // it could not be attached
    }
    fitted.recorder.start_cpu =
        Seconds(median(column<RecordedHalf>(seen.recorded, [](const RecordedHalf& run) {
            return run.start_cpu;
        })));
    fitted.recorder.test_cpu = not_negative(median(with) - median(without));
}

}  // namespace

ModelParameters fit_parameters(const CalibrationMeasurement& seen, const ModelParameters& priors) {
    ModelParameters fitted = priors;
    if (!seen.interpreter_wall.empty()) {
        fitted.interpreter_start =
            Seconds(median(column<Seconds>(seen.interpreter_wall, [](const Seconds& value) {
                return value;
            })));
    }
    if (!seen.capacity.empty()) {
        fitted.capacity = capacity_curve(seen);
    }
    if (!seen.with_worker.empty() && !seen.sequential.empty() && !seen.gateway_child_cpu.empty()) {
        fit_workers(fitted, seen);
    }
    if (!seen.forked.empty() && !seen.sequential.empty()) {
        fit_forked(fitted, seen);
    }
    if (!seen.recorded.empty()) {
        fit_recorder(fitted, seen);
    }
    fitted.spawn = seen.spawn;
    return fitted;
}

}  // namespace advisor
