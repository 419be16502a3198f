#pragma once

// Which test and which fixture of a profile.

#include <advisor/base/units.hpp>

namespace advisor {

using TestIndex = Index<struct TestTag>;
using FixtureIndex = Index<struct FixtureTag>;

}  // namespace advisor
