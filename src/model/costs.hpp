#pragma once

// What one configuration costs apart from its tests and fixtures: the machine's parameters and
// the suite's own start, collection and finish put together.

#include <advisor/domain/configuration.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>

namespace advisor::model {

/// How workers come to life and get their tests.
enum class Style : std::uint8_t {
    xdist,   ///< started one by one, each boots and collects, a controller deals
    forked,  ///< from one collected process, they pull, a parent takes their reports
    lanes,   ///< threads of one collected process that pull; a single one is a sequential run
};

struct RunCosts {
    Style style = Style::lanes;
    std::uint32_t workers = 1;  ///< processes
    std::uint32_t lanes = 1;    ///< threads in each
    Demand boot;                ///< of the process that the user started
    Demand spawn;               ///< of a worker, one after the other: xdist's gateway, or a fork
    Demand worker_boot;         ///< xdist: from its gateway until it is ready
    Demand collection;          ///< of each process that collects
    Demand collected_message;   ///< xdist: the controller's work for one worker's collection
    Demand test_extra;          ///< in a worker, for each test
    Demand test_message;        ///< in the controller or parent, for each test
    Seconds latency;            ///< of a message, one way
    Demand worker_exit;         ///< xdist: of each worker after its last test
    Demand finish;              ///< of the process that the user started, at the very end

    [[nodiscard]] std::uint32_t nodes() const { return workers * lanes; }
};

/// A span of `wall` with `cpu` of computing; more CPU than wall ran on further cores.
[[nodiscard]] Demand span_of(Seconds wall, Seconds cpu);

/// The wider of two spans, part by part: a worker of a real suite does what one of an empty suite
/// does, and imports the suite's own plugins and conftest files, which the profile holds both.
[[nodiscard]] Demand wider(const Demand& a, const Demand& b);

[[nodiscard]] RunCosts costs_of(
    const Workload& workload, const Configuration& configuration, const ModelParameters& parameters
);

}  // namespace advisor::model
