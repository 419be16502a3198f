// The product form against a simulation of every burst: 108 cases, at worst 0.5 % apart.
//
// Cores 2, 4 and 8; one, two and three processes for each core; fractions of computing all 0.5,
// all 0.9, half 0.1 and half 0.9, or evenly spread over (0, 1); tests of 1, 5 and 50 bursts. A test
// lasts 0.5 to 1.5 alone and computes and waits in equal bursts. Computing processes share the
// cores evenly. Compared is the mean progress of all processes.

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "model/build.hpp"
#include "model/core_sharing.hpp"

using namespace advisor;
using namespace advisor::model;

namespace {

constexpr double k_tolerance = 0.005;
constexpr double k_span = 2000.0;  ///< so many mean tests of every process that runs undisturbed

enum class Mix : std::uint8_t { half, most, two_kinds, spread };

std::vector<double> fractions_of(Mix mix, std::size_t count) {
    std::vector<double> fractions;
    for (std::size_t i = 0; i < count; ++i) {
        switch (mix) {
        case Mix::half: fractions.push_back(0.5); break;
        case Mix::most: fractions.push_back(0.9); break;
        case Mix::two_kinds: fractions.push_back(i % 2 == 0 ? 0.1 : 0.9); break;
        case Mix::spread:
            fractions.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(count));
            break;
        }
    }
    return fractions;
}

/// All that compute progress alike, so that one clock serves them; who waits has the other.
class Bursts {
public:
    Bursts(double cores, std::vector<double> fractions, int bursts)
        : cores_(cores),
          fractions_(std::move(fractions)),
          bursts_(bursts),
          lengths_(fractions_.size(), 0.0),
          left_(fractions_.size(), 0) {
        for (std::size_t i = 0; i < fractions_.size(); ++i) {
            compute(i);
        }
    }

    /// Mean progress of all, 1 being as fast as alone.
    double run() {
        double done = 0.0;
        while (now_ < k_span) {
            const double speed =
                std::min(1.0, cores_ / std::max(1.0, static_cast<double>(computing_.size())));
            const double computed =
                computing_.empty() ? k_span : (computing_.front().first - clock_) / speed;
            const double waited = waiting_.empty() ? k_span : waiting_.front().first - now_;
            const double step = std::min(computed, waited);
            now_ += step;
            clock_ += step * speed;
            if (computed <= waited) {
                const std::size_t i = take(computing_);
                put(waiting_, now_ + lengths_[i] * (1.0 - fractions_[i]), i);
            } else {
                const std::size_t i = take(waiting_);
                done += lengths_[i];
                compute(i);
            }
        }
        return done / (now_ * static_cast<double>(fractions_.size()));
    }

private:
    using Ends = std::vector<std::pair<double, std::size_t>>;

    static void put(Ends& ends, double when, std::size_t i) {
        ends.emplace_back(when, i);
        std::push_heap(ends.begin(), ends.end(), std::greater<>());
    }
    static std::size_t take(Ends& ends) {
        std::pop_heap(ends.begin(), ends.end(), std::greater<>());
        const std::size_t i = ends.back().second;
        ends.pop_back();
        return i;
    }

    void compute(std::size_t i) {
        if (left_[i] == 0) {
            left_[i] = bursts_;
            lengths_[i] = (0.5 + random_.uniform()) / bursts_;
        }
        --left_[i];
        put(computing_, clock_ + lengths_[i] * fractions_[i], i);
    }

    double cores_;
    std::vector<double> fractions_;
    int bursts_;
    std::vector<double> lengths_;  ///< of one burst and the wait behind it
    std::vector<int> left_;        ///< bursts of the test
    Ends computing_;
    Ends waiting_;
    double now_ = 0.0;
    double clock_ = 0.0;
    Random random_{1};
};

}  // namespace

TEST_CASE("the product form is within 0.5 % of simulated bursts in each of 108 cases") {
    double sum = 0.0;
    double worst = 0.0;
    int cases = 0;
    for (const std::uint32_t cores : {2U, 4U, 8U}) {
        for (const std::uint32_t each : {1U, 2U, 3U}) {
            for (const Mix mix : {Mix::half, Mix::most, Mix::two_kinds, Mix::spread}) {
                const std::vector<double> fractions = fractions_of(mix, std::size_t{cores} * each);
                std::vector<CoreUse> uses;
                for (const double fraction : fractions) {
                    uses.push_back({fraction});
                }
                CoreSharing sharing(
                    building::free_runner(cores), building::machine(static_cast<double>(cores))
                );
                double predicted = 0.0;
                for (const double rate : sharing.rates(uses)) {
                    predicted += rate / static_cast<double>(uses.size());
                }
                for (const int bursts : {1, 5, 50}) {
                    const double simulated =
                        Bursts(static_cast<double>(cores), fractions, bursts).run();
                    const double error = std::abs(predicted / simulated - 1.0);
                    CAPTURE(cores);
                    CAPTURE(each);
                    CAPTURE(static_cast<int>(mix));
                    CAPTURE(bursts);
                    CHECK(error <= k_tolerance);
                    sum += error;
                    worst = std::max(worst, error);
                    ++cases;
                }
            }
        }
    }
    CHECK(cases == 108);
    MESSAGE("mean error ", 100.0 * sum / cases, " %, worst ", 100.0 * worst, " %");
}
