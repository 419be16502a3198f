#include "advisor/base/longest_first.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace advisor {

std::vector<std::vector<std::size_t>>
dealt_longest_first(const std::vector<Piece>& pieces, std::size_t parts) {
    std::vector<std::size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return pieces[a].seconds > pieces[b].seconds;
    });
    std::vector<std::vector<std::size_t>> deals(parts);
    std::vector<std::pair<double, std::size_t>> loads(parts);  // and tests
    for (const std::size_t piece : order) {
        const auto least = std::min_element(loads.begin(), loads.end());
        least->first += pieces[piece].seconds;
        least->second += pieces[piece].tests;
        deals[static_cast<std::size_t>(least - loads.begin())].push_back(piece);
    }
    return deals;
}

}  // namespace advisor
