#pragma once

// What the machines of a capacity plan run: each its shard of the suite.

#include <advisor/domain/configuration.hpp>
#include <advisor/domain/verdict.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor {

struct Shard {
    std::vector<std::string> files;  ///< whose tests it runs, as the tests' ids name them
    std::uint64_t tests = 0;
    Seconds wall;     ///< predicted, set-up of the machine included
    std::string run;  ///< for a shell in the suite's directory; empty until somebody has spelt it
    friend bool operator==(const Shard&, const Shard&) = default;
};

struct ShardManifest {
    MachineType machine;
    Configuration configuration;  ///< of each machine
    std::vector<Shard> shards;    ///< of all of them
    friend bool operator==(const ShardManifest&, const ShardManifest&) = default;
};

/// "2-of-3", by position from 0.
[[nodiscard]] std::string shard_name(const ShardManifest& manifest, std::size_t position);

}  // namespace advisor
