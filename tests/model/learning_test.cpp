#include <advisor/model/learning.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace advisor;

namespace {

Configuration configuration(const char* text) {
    return parse_configuration(text).value();
}

/// As the model predicts it: 10 s, 9 to 12; twice as fast as a sequential run, 1.7 to 2.2.
Prediction predicted(const char* text) {
    Prediction prediction;
    prediction.configuration = configuration(text);
    prediction.wall = {Seconds(9.0), Seconds(10.0), Seconds(12.0)};
    prediction.speedup = {1.7, 2.0, 2.2};
    prediction.lower_bound = Seconds(8.0);
    prediction.breakdown = {{"start", Seconds(1.0)}, {"tests", Seconds(9.0)}};
    return prediction;
}

/// `count` runs that took `factor` times what was predicted.
std::vector<MeasuredRun> runs(const char* text, double factor, std::size_t count = 1) {
    return std::vector<MeasuredRun>(
        count, {configuration(text), Seconds(10.0), Seconds(10.0 * factor), 0, ""}
    );
}

double learned(const std::vector<MeasuredRun>& measured, const char* text) {
    return Learning(measured).applied(predicted(text)).learned;
}

}  // namespace

TEST_CASE("without runs, and from runs without a time, nothing is learnt") {
    CHECK(Learning({}).applied(predicted("forked=4")) == predicted("forked=4"));
    std::vector<MeasuredRun> empty = runs("forked=4", 0.0);
    empty.push_back({configuration("forked=4"), Seconds(0.0), Seconds(3.0), 0, ""});
    CHECK(Learning(empty).runs() == 0);
    CHECK(Learning(empty).applied(predicted("forked=4")) == predicted("forked=4"));
}

TEST_CASE("a run teaches most about itself, less about its kind, and least about other kinds") {
    const auto slower = runs("processes=4", 1.1);
    const double itself = learned(slower, "processes=4");
    const double kind = learned(slower, "processes=4,dist=loadfile");
    const double other = learned(slower, "forked=4");
    const double sequential = learned(slower, "sequential");
    CHECK(itself < 1.1);  // shrunk towards the model
    CHECK(itself > kind);
    CHECK(kind > other);
    CHECK(other > sequential);  // which shares no cores
    CHECK(sequential > 1.0);
}

TEST_CASE("many runs that agree are believed") {
    CHECK(learned(runs("forked=2", 1.3, 30), "forked=2") == doctest::Approx(1.3).epsilon(0.02));
    CHECK(learned(runs("forked=2", 0.8, 30), "forked=2") == doctest::Approx(0.8).epsilon(0.02));
}

TEST_CASE("three runs that agree are believed, however far they are from the prediction") {
    CHECK(learned(runs("forked=2", 4.0, 3), "forked=2") > 3.0);
    CHECK(learned(runs("forked=2", 4.0, 2), "forked=2") < 1.3);
}

TEST_CASE("a single run three times slower than predicted teaches next to nothing") {
    CHECK(learned(runs("forked=2", 3.0), "forked=2") < 1.1);
    std::vector<MeasuredRun> measured = runs("forked=2", 1.0, 4);
    measured.push_back(runs("forked=2", 3.0).front());
    CHECK(learned(measured, "forked=2") < 1.03);
}

TEST_CASE("runs of two and four workers tell which way more of them go") {
    std::vector<MeasuredRun> measured = runs("processes=2", 1.0, 5);
    for (const MeasuredRun& run : runs("processes=4", 1.2, 5)) {
        measured.push_back(run);
    }
    CHECK(learned(measured, "processes=8") > learned(measured, "processes=3"));
}

TEST_CASE("all times of a prediction are learnt alike, and its ranges narrow") {
    const Prediction before = predicted("forked=2");
    const Prediction after = Learning(runs("forked=2", 1.2, 3)).applied(before);
    CHECK(after.wall.mid.value() == doctest::Approx(10.0 * after.learned));
    CHECK(after.lower_bound.value() == doctest::Approx(8.0 * after.learned));
    Seconds sum;
    for (const auto& [part, time] : after.breakdown) {
        sum += time;
    }
    CHECK(sum.value() == doctest::Approx(after.wall.mid.value()));
    CHECK(after.wall.low / after.wall.mid > before.wall.low / before.wall.mid);
    CHECK(after.wall.high / after.wall.mid < before.wall.high / before.wall.mid);
    CHECK(after.speedup.low / after.speedup.mid > before.speedup.low / before.speedup.mid);
}

TEST_CASE("a speed-up is that of the two walls, as they were learnt") {
    std::vector<MeasuredRun> measured = runs("forked=2", 1.2, 3);
    measured.push_back(runs("sequential", 0.9).front());
    const double sequential = learned(measured, "sequential");
    const Prediction forked = Learning(measured).applied(predicted("forked=2"));
    CHECK(forked.speedup.mid == doctest::Approx(2.0 * sequential / forked.learned));
}

TEST_CASE("the order of runs does not matter") {
    std::vector<MeasuredRun> measured = runs("forked=2", 1.2, 2);
    measured.push_back(runs("processes=2", 0.9).front());
    const double one = learned(measured, "processes=4");
    std::swap(measured.front(), measured.back());
    CHECK(learned(measured, "processes=4") == doctest::Approx(one));
}
