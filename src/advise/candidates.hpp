#pragma once

// Which configurations are worth predicting, apart from those that were asked for.

#include <advisor/domain/configuration.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace advisor {

/// The suite waits for so much of its time that more workers than cores pay.
[[nodiscard]] bool waits(double waiting);

/// The largest useful number of workers: twice the cores (halves of a core count as one), or 16
/// where the suite waits so much that cores are not what limits it; never more than tests.
[[nodiscard]] std::uint32_t worker_limit(double cores, double waiting, std::size_t tests);

/// 2, 3, 4, 6, 8, 12, 16, 24, ... up to `limit`, with the number of cores and `limit` themselves.
/// It starts at 2: one worker of xdist does the same as sequential and starts twice.
[[nodiscard]] std::vector<std::uint32_t> worker_ladder(std::uint32_t limit, double cores);

/// The distributions of an unmodified pytest-xdist; loadgroup only where tests are marked.
[[nodiscard]] std::vector<Distribution> stock_distributions(bool groups);

[[nodiscard]] Configuration processes(std::uint32_t workers, Distribution dist);

}  // namespace advisor
