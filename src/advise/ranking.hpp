#pragma once

// The order of predictions and the choice among them; the rules stand in the door, advise.hpp.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>

#include <optional>
#include <string>
#include <vector>

namespace advisor {

struct Preferences {
    double noise = 0.0;          ///< relative; ties are within max(3 %, this)
    Bytes memory;                ///< usable by the run; zero: not known, everything fits
    bool threads_tried = false;  ///< a run on threads has ended here as the recording did
};

/// A share of the machine that others used makes two walls that much less comparable; above 10 %
/// the finding `disturbed-profile` is the better answer.
[[nodiscard]] double noise_of(const Disturbance& disturbance);

/// Peak memory with 20 % to spare is within what the run may use.
[[nodiscard]] bool fits(const Prediction& prediction, const Preferences& preferences);

/// Index of the choice among `predictions`; nothing if there are none.
[[nodiscard]] std::optional<std::size_t>
choose(const std::vector<Prediction>& predictions, const Preferences& preferences);

/// The same predictions by rank, with `rank` and `tied_with_best` set.
[[nodiscard]] std::vector<Prediction>
ranked(std::vector<Prediction> predictions, const Preferences& preferences);

/// True where a user may be told to run this instead of `sequential`.
[[nodiscard]] bool may_be_recommended(
    const Prediction& prediction, const Prediction& sequential, const Preferences& preferences
);

/// Spec of what to run. `predictions` must hold the sequential one.
[[nodiscard]] std::string
recommended(const std::vector<Prediction>& predictions, const Preferences& preferences);

/// The prediction of this spec; there must be one.
[[nodiscard]] const Prediction&
prediction_of(const std::vector<Prediction>& predictions, const std::string& wanted);

}  // namespace advisor
