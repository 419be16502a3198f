#pragma once

// From what a calibration saw to the parameters of the model.

#include <advisor/domain/calibration.hpp>
#include <advisor/domain/parameters.hpp>

namespace advisor {

/// Medians of what was seen directly; what was not keeps the prior's value. The capacity curve is
/// the median of the rounds' ratios to one process, smoothed up to the number of cores by
///     mu(j) = j / (1 + a (j - 1) + b j (j - 1)),   a, b >= 0
/// (the Universal Scalability Law: Gunther, "Guerrilla Capacity Planning", 2007, ch. 4), fitted by
/// least squares to j / mu(j). It is wrong where cores of different speed or a shared cache make a
/// step; beyond the cores it is the measured value, not below that of all cores, since more
/// processes than cores only take turns.
/// A forked worker's cost for each test is what is left of a run's CPU without the parent's, less
/// what a sequential run takes for it.
/// The recorder's cost for each test is the difference of the medians of tests with and without it.
/// `source` is `measured` if a worker of xdist was seen, else `assumed`; `relative_error` is the
/// scatter of the repeats, at least that of a good model (5 %).
[[nodiscard]] ModelParameters
fit_parameters(const CalibrationMeasurement& seen, const ModelParameters& priors);

}  // namespace advisor
