#pragma once

// How the model is asked, everywhere in this room.

#include <advisor/domain/host.hpp>
#include <advisor/model/predict.hpp>

#include <cstdint>

namespace advisor {

/// The installed xdist's behaviour, or the newest known one where it is missing or unreadable: what
/// `pip install` would bring.
[[nodiscard]] PredictionOptions
prediction_options(const Interpreter& interpreter, std::uint64_t seed);

}  // namespace advisor
