#pragma once

// A workload dealt to several machines.

#include <advisor/model/workload.hpp>

#include <cstdint>
#include <vector>

namespace advisor::model {

/// Parts that are not empty: whole files, dealt longest first (base/longest_first.hpp), collection
/// order kept inside of a part. A file counts with one instance of each of its module and class
/// fixtures; wider ones every machine sets up for itself. Each machine boots and collects the whole
/// suite and drops what is not its own.
[[nodiscard]] std::vector<Workload> deal(const Workload& workload, std::uint32_t machines);

}  // namespace advisor::model
