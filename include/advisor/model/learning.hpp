#pragma once

// What measured runs of a suite teach about its predictions on the same machine.
//
// log(measured / predicted) of a run is taken for a sum of normal deviations: one of the suite and
// machine, which all configurations share; one of the kind of runner; one that grows with the
// logarithm of workers or lanes, as where the curve of capacity is off; one of this configuration
// alone; and noise of the run. What runs say of another configuration is their Gaussian process's
// (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equations 2.25 and
// 2.26), so that few runs move predictions little, and those of other kinds less. The deviations'
// sizes are those of the recorded suites (bench/accuracy, `--learning` says how well it works).

#include <advisor/domain/advice.hpp>
#include <advisor/domain/measured_run.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace advisor {

class Learning {
public:
    /// Runs without a positive prediction and wall teach nothing.
    explicit Learning(std::span<const MeasuredRun> runs);
    Learning(Learning&&) noexcept;
    Learning& operator=(Learning&&) noexcept;
    Learning(const Learning&) = delete;
    Learning& operator=(const Learning&) = delete;
    ~Learning();

    /// How many runs teach something.
    [[nodiscard]] std::size_t runs() const;

    /// A prediction of the model alone, with what was learnt: times by a common factor, which is
    /// `Prediction::learned` then, speed-ups by that of a sequential run over it; ranges narrower.
    [[nodiscard]] Prediction applied(Prediction prediction) const;

private:
    struct State;
    std::unique_ptr<const State> state_;
};

}  // namespace advisor
