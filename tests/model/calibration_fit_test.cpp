#include <advisor/model/calibration_fit.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "laws.hpp"

using namespace advisor;

namespace {

ModelParameters priors() {
    ModelParameters parameters;
    parameters.gateway_wall = Seconds(0.5);
    parameters.controller_id_cpu = Seconds(1e-6);
    parameters.capacity = {{1, 1.0}, {2, 1.9}};
    return parameters;
}

std::vector<CapacitySample> rounds(const std::vector<std::pair<std::uint32_t, double>>& units) {
    std::vector<CapacitySample> samples;
    for (std::uint32_t round = 0; round < 3; ++round) {
        for (const auto& [processes, rate] : units) {
            // Each round on a machine of another speed: only ratios within a round count.
            samples.push_back({round, processes, rate * (round + 1)});
        }
    }
    return samples;
}

}  // namespace

TEST_CASE("nothing seen leaves the priors") {
    CHECK(fit_parameters({}, priors()) == priors());
}

TEST_CASE("capacity is the ratio to one process of the same round") {
    CalibrationMeasurement seen;
    seen.cores = 2;
    seen.capacity = rounds({{1, 100}, {2, 140}, {4, 150}});
    const auto curve = fit_parameters(seen, priors()).capacity;
    REQUIRE(curve.size() == 3);
    CHECK(curve[0] == CapacityPoint{1, 1.0});
    CHECK(curve[1].capacity == doctest::Approx(1.4));
    CHECK(curve[2].capacity == doctest::Approx(1.5));
}

TEST_CASE("the curve never falls: more processes than cores take turns") {
    CalibrationMeasurement seen;
    seen.cores = 2;
    seen.capacity = rounds({{1, 100}, {2, 140}, {4, 120}});
    CHECK(fit_parameters(seen, priors()).capacity.back().capacity == doctest::Approx(1.4));
}

TEST_CASE("points of a scalability law are found again") {
    // mu(j) = j / (1 + 0.05 (j - 1) + 0.01 j (j - 1))
    const auto law = [](double j) { return j / (1 + 0.05 * (j - 1) + 0.01 * j * (j - 1)); };
    CalibrationMeasurement seen;
    seen.cores = 8;
    seen.capacity =
        rounds({{1, 100}, {2, 100 * law(2)}, {4, 100 * law(4)}, {8, 100 * law(8)}, {16, 100}});
    const auto curve = fit_parameters(seen, priors()).capacity;
    REQUIRE(curve.size() == 5);
    CHECK(curve[1].capacity == doctest::Approx(law(2)));
    CHECK(curve[3].capacity == doctest::Approx(law(8)));
}

TEST_CASE("P28: a law that the points determine is found to nine digits, any other is a capacity") {
    struct Law {
        double contention = 0.0;
        double coherence = 0.0;
        std::uint32_t points = 1;  ///< of 1, 2, 4, 8 processes
        [[nodiscard]] double at(double j) const {
            return j / (1 + contention * (j - 1) + coherence * j * (j - 1));
        }
    };
    const building::Cases<Law> cases{
        [](std::uint64_t seed) {
            Random random(seed);
            // Rising up to eight processes.
            const auto part = [&] { return random.below(4) == 0 ? 0.0 : random.uniform(); };
            return Law{0.3 * part(), 0.01 * part(), 1 + random.below(4)};
        },
        [](const Law& law) {
            std::vector<Law> less;
            if (law.points > 1) {
                less.push_back({law.contention, law.coherence, law.points - 1});
            }
            if (law.contention > 0.0 && law.coherence > 0.0) {
                less.push_back({law.contention, 0.0, law.points});
                less.push_back({0.0, law.coherence, law.points});
            }
            return less;
        },
        [](const Law& law) {
            return std::to_string(law.contention) + ", " + std::to_string(law.coherence) + " at "
                   + std::to_string(law.points) + " points";
        }};
    building::for_all<Law>(cases, [](const Law& law) {
        std::vector<std::pair<std::uint32_t, double>> units;
        for (std::uint32_t i = 0; i < law.points; ++i) {
            units.emplace_back(1U << i, 100 * law.at(1U << i));
        }
        CalibrationMeasurement seen;
        seen.cores = 8;
        seen.capacity = rounds(units);
        const auto curve = fit_parameters(seen, priors()).capacity;
        double last = 1.0;
        for (const CapacityPoint& point : curve) {
            const bool is_determined = law.points >= 3;
            const double expected = law.at(point.runnable);
            if (!std::isfinite(point.capacity) || point.capacity < last * (1.0 - 1e-12)
                || point.capacity > point.runnable * (1.0 + 1e-12)
                || (is_determined && std::abs(point.capacity - expected) > 1e-9 * expected)) {
                return false;
            }
            last = point.capacity;
        }
        return curve.size() == std::max<std::size_t>(1, law.points);
    });
}

TEST_CASE("costs of a worker are medians, less what a sequential run pays too") {
    CalibrationMeasurement seen;
    seen.gateway_child_cpu = {Seconds(0.03), Seconds(0.03), Seconds(0.5)};
    seen.sequential = {{Seconds(0.0006), Seconds(0.02)}};
    WorkerRun run;
    run.gateway_wall = Seconds(0.05);
    run.gateway_cpu = Seconds(0.01);
    run.boot_wall = Seconds(0.2);
    run.boot_cpu = Seconds(0.18);
    run.worker_test_cpu = Seconds(0.0009);
    run.controller_test_cpu = Seconds(0.0005);
    run.exit_wall = Seconds(0.1);
    run.exit_cpu = Seconds(0.05);
    seen.with_worker = {run, run, run};
    const ModelParameters fitted = fit_parameters(seen, priors());
    CHECK(fitted.source == Source::measured);
    CHECK(fitted.gateway_cpu.value() == doctest::Approx(0.04));        // 0.01 + 0.03
    CHECK(fitted.worker_boot_cpu.value() == doctest::Approx(0.15));    // 0.18 - 0.03
    CHECK(fitted.worker_test_cpu.value() == doctest::Approx(0.0003));  // 0.0009 - 0.0006
    CHECK(fitted.worker_exit_cpu.value() == doctest::Approx(0.03));    // 0.05 - 0.02
    CHECK(fitted.relative_error == doctest::Approx(0.05));             // no scatter: the floor
    CHECK(fitted.controller_id_cpu == priors().controller_id_cpu);
}

TEST_CASE("a forked worker's cost for a test is the rest of the CPU, less a sequential test's") {
    CalibrationMeasurement seen;
    seen.sequential = {{Seconds(0.0006), Seconds(0.02)}};
    seen.forked = {{100, Seconds(0.0002), Seconds(0.09)}, {100, Seconds(0.0002), Seconds(0.09)}};
    const ModelParameters fitted = fit_parameters(seen, priors());
    CHECK(fitted.forked_parent_cpu == Seconds(0.0002));
    CHECK(
        fitted.forked_test_cpu.value() == doctest::Approx(0.0001)
    );                                        // (0.09 - 0.02) / 100 - 0.0006
    CHECK(fitted.source == Source::assumed);  // no worker of xdist was seen
    seen.forked = {{100, Seconds(0.0002), Seconds(0.01)}};
    CHECK(fit_parameters(seen, priors()).forked_test_cpu == Seconds(0));
}

TEST_CASE("what the recorder costs a test is the difference of the medians with and without it") {
    CalibrationMeasurement seen;
    const std::vector<Seconds> without{Seconds(0.25), Seconds(0.5), Seconds(0.25)};
    seen.recorded = {
        {Seconds(0.03), {Seconds(0.375), Seconds(0.375), Seconds(9)}, without},
        {Seconds(0.04), {Seconds(0.375)}, {Seconds(0.25)}},
        {Seconds(0.05), {Seconds(0.375)}, {Seconds(0.25)}}};
    CHECK(fit_parameters(seen, priors()).recorder == RecorderCost{Seconds(0.04), Seconds(0.125)});
    seen.recorded = {{Seconds(0.03), {Seconds(0.25)}, {Seconds(0.5)}}};
    CHECK(fit_parameters(seen, priors()).recorder.test_cpu == Seconds(0));
    seen.recorded = {{Seconds(0.03), {}, without}};  // no recorder there
    CHECK(fit_parameters(seen, priors()).recorder == priors().recorder);
}
