#pragma once

// Laws that must hold for every case, checked for ten thousand drawn ones. Of the first case that
// breaks a law smaller ones are tried as long as one breaks it too; what is left is shown.
//
// The laws of the model and of what is built on it, the files that hold them as test cases named
// "P<n>: ...", and for how many cases (tests/laws_test.py compares):
//
//   P1   one worker takes the sum                     model/laws_test.cpp                  10,000
//   P2   as many workers as units: the longest unit   model/laws_test.cpp              2 x 10,000
//   P3   equal tests take whole rounds                model/laws_test.cpp                  10,000
//   P4   lower bound and sum enclose the wall         model/laws_test.cpp                  10,000
//   P5   every test once; busy and idle are all       model/laws_test.cpp                  10,000
//   P6   lists against the best schedule              model/classic_laws_test.cpp          10,000
//   P7   lanes are list scheduling                    model/classic_laws_test.cpp          10,000
//   P8   Amdahl's speed-up                            model/laws_test.cpp                  10,000
//   P9   queues: M/M/c and M/D/c                      model/classic_laws_test.cpp       18 x 10^6
//   P10  computing tests share cores                  model/laws_test.cpp                  10,000
//   P11  threads share a GIL                          model/laws_test.cpp                  10,000
//   P12  Little's law                                 model/classic_laws_test.cpp          10,000
//   P13  the ledger of fixtures                       model/metamorphic_laws_test.cpp      10,000
//   P14  memory                                       model/metamorphic_laws_test.cpp      10,000
//   P15  cores by affinity and cgroups                host/laws_test.cpp                   10,000
//   P16  a worker more never raises the bound         model/laws_test.cpp                  10,000
//   P17  twice as slow takes twice as long            model/laws_test.cpp              2 x 10,000
//                                                     model/metamorphic_laws_test.cpp      10,000
//   P18  a longer start adds as much                  model/laws_test.cpp                  10,000
//   P19  names change nothing: of files               model/metamorphic_laws_test.cpp      10,000
//          of workers: bench/oracle draws them        model/oracle_test.py                100,000
//   P20  merged neighbours, on one worker             model/metamorphic_laws_test.cpp      10,000
//   P21  without latency the bare scheduler           model/metamorphic_laws_test.cpp      10,000
//   P22  profiles read back, or cut short             cli/laws_test.cpp                2 x 10,000
//   P23  twice the suite (a statistic)                model/metamorphic_laws_test.cpp      10,000
//   P24  ranking and recommendation                   advise/laws_test.cpp             2 x 10,000
//   P25  xdist's own traces                           model/oracle_test.py                100,000
//   P26  the same bytes everywhere                    cli/laws_test.cpp                    10,000
//   P27  nine runs in ten within the interval         model/laws_test.cpp                  10,000
//        the gate's false and missed alarms           advise/laws_test.cpp             2 x 10,000
//   P28  robust numbers                               model/laws_test.cpp                  10,000
//                                                     model/calibration_fit_test.cpp       10,000

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace advisor::building {

/// Fewer under a sanitizer, which is ten times as slow (cmake/Rooms.cmake).
inline constexpr std::uint64_t k_property_cases = ADVISOR_PROPERTY_CASES;

template <typename Case>
struct Cases {
    std::function<Case(std::uint64_t seed)> draw;
    std::function<std::vector<Case>(const Case&)> smaller;  ///< by one step each
    std::function<std::string(const Case&)> text;
};

template <typename Case>
Case smallest(Case found, const Cases<Case>& cases, const std::function<bool(const Case&)>& holds) {
    while (true) {
        const std::vector<Case> candidates = cases.smaller(found);
        const auto fails = [&](const Case& candidate) { return !holds(candidate); };
        const auto next = std::find_if(candidates.begin(), candidates.end(), fails);
        if (next == candidates.end()) {
            return found;
        }
        found = *next;
    }
}

template <typename Case>
void for_all(const Cases<Case>& cases, const std::function<bool(const Case&)>& holds) {
    for (std::uint64_t seed = 0; seed < k_property_cases; ++seed) {
        const Case tried = cases.draw(seed);
        if (!holds(tried)) {
            FAIL("seed ", seed, ", made smaller: ", cases.text(smallest(tried, cases, holds)));
        }
    }
}

/// `items` without each one in turn.
template <typename Item>
std::vector<std::vector<Item>> each_left_out(const std::vector<Item>& items) {
    std::vector<std::vector<Item>> results;
    for (std::size_t i = 0; i < items.size(); ++i) {
        results.push_back(items);
        results.back().erase(results.back().begin() + static_cast<std::ptrdiff_t>(i));
    }
    return results;
}

}  // namespace advisor::building
