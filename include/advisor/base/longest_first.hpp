#pragma once

// Dealing pieces of work to parts that are done at the same time.

#include <cstddef>
#include <vector>

namespace advisor {

struct Piece {
    double seconds = 0.0;
    std::size_t tests = 0;
};

/// The pieces of each part by position, in the order in which they were dealt: longest first, each
/// to the part that has least so far (of equal seconds, fewest tests). Within 4/3 - 1/(3k) of the
/// best deal to k parts (Graham, "Bounds on multiprocessing timing anomalies", 1969). Parts are
/// empty where there are fewer pieces. `parts` is not 0.
[[nodiscard]] std::vector<std::vector<std::size_t>>
dealt_longest_first(const std::vector<Piece>& pieces, std::size_t parts);

}  // namespace advisor
