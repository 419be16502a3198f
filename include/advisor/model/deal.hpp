#pragma once

#include <advisor/domain/deal.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>

namespace advisor {

/// What `processes=workers,dist=planned` deals. Tests that have no cost are not in it.
[[nodiscard]] Deal deal_of(const Workload& workload, std::uint32_t workers);

}  // namespace advisor
