#pragma once

// How our own scheduler (dist=planned) is to deal the tests of a suite: what the model decides
// before the run, by the names that pytest knows. src/model/planned_policy.cpp predicts with it,
// and the plugin advisor_planned.py runs it.

#include <advisor/base/units.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor {

struct DealtTest {
    std::string id;  ///< bytes
    Seconds time;    ///< predicted, without fixtures of class scope or wider
    friend bool operator==(const DealtTest&, const DealtTest&) = default;
};

/// Tests that go to one worker together, in collection order.
struct DealtUnit {
    std::vector<DealtTest> tests;
    Seconds setup;          ///< of its class and module fixtures, which a part would pay again
    bool divisible = true;  ///< false: an xdist_group
    friend bool operator==(const DealtUnit&, const DealtUnit&) = default;
};

/// Units that need the same costly fixtures of package and session scope, longest first.
struct DealtFamily {
    std::vector<DealtUnit> units;
    Seconds setup;              ///< what each worker pays that opens it
    std::uint32_t workers = 1;  ///< that may open it as long as there is other work
    friend bool operator==(const DealtFamily&, const DealtFamily&) = default;
};

struct Deal {
    std::vector<DealtFamily> families;
    friend bool operator==(const Deal&, const Deal&) = default;
};

}  // namespace advisor
