// The GIL station against a simulation of CPython's rule: 24 cases, at worst 5 % apart.
//
// Threads 2, 4, 8 and 16; tests that only wait but for short bursts (2 % computing), mixed ones
// (30 %), the former with 5, 15 or 30 % of the threads computing instead, and computing alone. A
// test lasts 0.05 to 0.15 s alone, in bursts of computing with a wait behind each. Compared is the
// mean progress of all threads.
//
// The rule (CPython, Python/ceval_gil.c): who waits for the GIL asks for it once the switch
// interval has passed without a switch, and the holder gives it to who has waited longest.

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "model/gil_station.hpp"

using namespace advisor;
using namespace advisor::model;

namespace {

constexpr double k_tolerance = 0.05;
constexpr double k_interval = 0.005;
constexpr double k_span = 400.0;
constexpr double k_mean_test = 0.1;

/// What a thread runs, one test after the other.
struct Kind {
    double fraction;  ///< of computing
    int waits;        ///< blocking releases in each test
};

constexpr Kind k_waits{0.02, 4};
constexpr Kind k_mixed{0.30, 4};
constexpr Kind k_computes{1.0, 0};

class Threads {
public:
    explicit Threads(std::vector<Kind> kinds)
        : kinds_(std::move(kinds)),
          tests_(kinds_.size()) {
        for (std::size_t i = 0; i < kinds_.size(); ++i) {
            start(i);
        }
    }

    /// Mean progress of all, 1 being as fast as alone.
    double run() {
        double now = 0.0;
        double done = 0.0;
        while (now < k_span) {
            const double wakes = sleeping_.empty() ? k_never : sleeping_.front().first;
            double released = k_never;
            bool forced = false;
            if (holds_) {
                released = since_ + tests_[holder_].burst;
                const double asked = waiting_.empty() ? k_never : asked_from_ + k_interval;
                forced = asked < released;
                released = std::min(asked, released);
            }
            if (wakes <= released) {
                now = wakes;
                const std::size_t i = wake();
                done += tests_[i].slice;
                ready(i, now);
                continue;
            }
            now = released;
            Test& test = tests_[holder_];
            test.burst -= now - since_;
            holds_ = false;
            if (forced) {
                waiting_.push_back(holder_);
            } else if (kinds_[holder_].waits == 0) {
                done += test.slice;
                next_burst(holder_);
                waiting_.push_back(holder_);
            } else {
                sleep(holder_, now + test.pause);
            }
            grant(now);
        }
        return done / (now * static_cast<double>(kinds_.size()));
    }

private:
    static constexpr double k_never = std::numeric_limits<double>::infinity();
    struct Test {
        double burst = 0.0;  ///< computing that is left before the next wait
        double pause = 0.0;  ///< the wait behind it
        double slice = 0.0;  ///< both, alone
        int left = 0;        ///< bursts
        double length = 0.0;
    };

    void next_burst(std::size_t i) {
        Test& test = tests_[i];
        const int bursts = kinds_[i].waits + 1;
        if (test.left == 0) {
            test.left = bursts;
            test.length = k_mean_test * (0.5 + random_.uniform());
        }
        --test.left;
        // The last burst of a test has no wait behind it; the others share what there is.
        const bool last = test.left == 0 && kinds_[i].waits > 0;
        test.burst = test.length * kinds_[i].fraction / bursts;
        test.pause = last || kinds_[i].waits == 0
                         ? 0.0
                         : test.length * (1.0 - kinds_[i].fraction) / kinds_[i].waits;
        test.slice = test.burst + test.pause;
    }

    void start(std::size_t i) {
        next_burst(i);
        ready(i, 0.0);
    }

    void ready(std::size_t i, double now) {
        if (now > 0.0) {
            next_burst(i);
        }
        if (waiting_.empty()) {
            asked_from_ = now;
        }
        waiting_.push_back(i);
        if (!holds_) {
            grant(now);
        }
    }

    void grant(double now) {
        if (waiting_.empty()) {
            return;
        }
        holder_ = waiting_.front();
        waiting_.pop_front();
        holds_ = true;
        since_ = now;
        asked_from_ = now;
    }

    void sleep(std::size_t i, double until) {
        sleeping_.emplace_back(until, i);
        std::push_heap(sleeping_.begin(), sleeping_.end(), std::greater<>());
    }

    std::size_t wake() {
        std::pop_heap(sleeping_.begin(), sleeping_.end(), std::greater<>());
        const std::size_t i = sleeping_.back().second;
        sleeping_.pop_back();
        return i;
    }

    std::vector<Kind> kinds_;
    std::vector<Test> tests_;
    std::deque<std::size_t> waiting_;
    std::vector<std::pair<double, std::size_t>> sleeping_;
    bool holds_ = false;
    std::size_t holder_ = 0;
    double since_ = 0.0;       ///< the holder has held
    double asked_from_ = 0.0;  ///< since then somebody waits without a switch
    Random random_{1};
};

std::vector<Kind> mix(std::size_t threads, double computing, Kind others) {
    const auto share = static_cast<double>(threads) * computing;
    const auto count = static_cast<std::size_t>(std::ceil(share));
    std::vector<Kind> kinds(threads, others);
    std::fill_n(kinds.begin(), count, k_computes);
    return kinds;
}

double predicted(const std::vector<Kind>& kinds) {
    std::vector<GilUse> uses;
    for (const Kind& kind : kinds) {
        uses.push_back(
            {k_mean_test * kind.fraction,
             k_mean_test * (1.0 - kind.fraction),
             static_cast<double>(kind.waits)}
        );
    }
    GilStation station(k_interval);
    double progress = 0.0;
    for (const double response : station.responses(uses)) {
        progress += k_mean_test / response;
    }
    return progress / static_cast<double>(kinds.size());
}

}  // namespace

TEST_CASE("the GIL station is within 5 % of CPython's rule in each of 24 cases") {
    double sum = 0.0;
    double worst = 0.0;
    int cases = 0;
    for (const std::size_t threads : {2U, 4U, 8U, 16U}) {
        const std::vector<std::vector<Kind>> mixes{
            mix(threads, 0.0, k_waits),
            mix(threads, 0.0, k_mixed),
            mix(threads, 0.05, k_waits),
            mix(threads, 0.15, k_waits),
            mix(threads, 0.30, k_waits),
            mix(threads, 1.0, k_waits)};
        for (std::size_t i = 0; i < mixes.size(); ++i) {
            const double simulated = Threads(mixes[i]).run();
            const double error = std::abs(predicted(mixes[i]) / simulated - 1.0);
            CAPTURE(threads);
            CAPTURE(i);
            CAPTURE(simulated);
            CAPTURE(predicted(mixes[i]));
            CHECK(error <= k_tolerance);
            sum += error;
            worst = std::max(worst, error);
            ++cases;
        }
    }
    CHECK(cases == 24);
    MESSAGE("mean error ", 100.0 * sum / cases, " %, worst ", 100.0 * worst, " %");
}
