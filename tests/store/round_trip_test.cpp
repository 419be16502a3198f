#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "advisor/store/documents.hpp"
#include "store/random_values.hpp"

using namespace advisor;

namespace {

constexpr std::uint64_t k_seeds = 300;

/// Equal values, and equal bytes when written again: the shortest digits that read back to a double
/// are different for any two doubles, so that equal bytes are equal bits, -0.0 included.
template <typename Make, typename Read>
void check_round_trips(const Make& make, const Read& read) {
    for (std::uint64_t seed = 1; seed <= k_seeds; ++seed) {
        CAPTURE(seed);
        RandomValues values(seed);
        const auto value = make(values);
        const std::string text = to_json(value);
        const auto back = read(text, "there");
        REQUIRE_MESSAGE(back.has_value(), back.error().because);
        REQUIRE(*back == value);
        REQUIRE(to_json(*back) == text);
    }
}

}  // namespace

TEST_CASE("an advice is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.advice(); }, read_advice);
}

TEST_CASE("a profile is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.profile(); }, read_profile);
}

TEST_CASE("an outcome is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.outcome(); }, read_outcome);
}

TEST_CASE("a calibration is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.parameters(); }, read_calibration);
}

TEST_CASE("a verdict is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.verdict(); }, read_gate);
}

TEST_CASE("a shard manifest is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.manifest(); }, read_shards);
}

TEST_CASE("a matrix has a job for each shard, on one line") {
    ShardManifest manifest;
    manifest.machine.name = "small";
    manifest.shards = {{{"a.py"}, 1, Seconds(1), "pytest @s/1"}, {{"b.py"}, 1, Seconds(1), "x"}};
    CHECK(
        ci_matrix(manifest)
        == R"({"include":[{"shard":"1-of-2","machine":"small","run":"pytest @s/1"},)"
           R"({"shard":"2-of-2","machine":"small","run":"x"}]})"
           "\n"
    );
}

TEST_CASE("a capacity plan is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.plan(); }, read_plan);
}

TEST_CASE("a doctor's report is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.report(); }, read_doctor);
}

TEST_CASE("measured runs are read as they were written") {
    check_round_trips([](RandomValues& r) { return r.measured_runs(); }, read_measured_runs);
}

TEST_CASE("a verification is read as it was written") {
    check_round_trips([](RandomValues& r) { return r.verification(); }, read_verification);
}

TEST_CASE("a profile of a single run says nothing of repeated ones") {
    Profile profile;
    profile.tests.resize(2);
    const std::string text = to_json(profile);
    CHECK(text.find("repeats") == std::string::npos);
    CHECK(text.find("spread") == std::string::npos);
    profile.tests[1].wall_spread = 0.125;
    CHECK(to_json(profile).find("\"wall_spread_fraction\": [null,0.125]") != std::string::npos);
}

TEST_CASE("counts are a column for each event, which stands once where no test has any") {
    Profile profile;
    profile.tests.resize(3);
    CHECK(to_json(profile).find("counts") == std::string::npos);
    profile.counted = {"PAGE-FAULTS", "CPU-MIGRATIONS"};
    profile.tests[0].counts = {7, 0};
    profile.tests[1].counts = {16384, 0};
    const auto has = [&](const char* part) {
        return to_json(profile).find(part) != std::string::npos;
    };
    CHECK(has("\"PAGE-FAULTS\": [7,16384,null]"));
    CHECK(has("\"CPU-MIGRATIONS\": [0,0,null]"));
    profile.tests[2].counts = {7, 0};
    CHECK(has("\"PAGE-FAULTS\": [7,16384,7]"));
    CHECK(has("\"CPU-MIGRATIONS\": 0"));
    CHECK(has("\"counts_source\": \"derived\""));
    CHECK(read_profile(to_json(profile), "there") == profile);
}

TEST_CASE("default values are read as they were written, but for what a curve must have") {
    CHECK(read_profile(to_json(Profile{}), "there") == Profile{});
    CHECK(read_outcome(to_json(RunOutcome{}), "there") == RunOutcome{});
    CHECK(read_gate(to_json(GateVerdict{}), "there") == GateVerdict{});
    CHECK(read_plan(to_json(CapacityPlan{}), "there") == CapacityPlan{});
    CHECK(read_doctor(to_json(DoctorReport{}), "there") == DoctorReport{});
    CHECK(read_verification(to_json(Verification{}), "there") == Verification{});
    CHECK_FALSE(read_calibration(to_json(ModelParameters{}), "there").has_value());
}

TEST_CASE("the ends of each number's range are read as they were written") {
    Profile profile;
    profile.run.wall = Seconds(1e9);
    profile.run.exit_code = std::numeric_limits<int>::min();
    profile.run.signal = std::numeric_limits<int>::max();
    profile.run.peak_rss = Bytes(std::numeric_limits<std::int64_t>::max());
    profile.host.cpu_quota = {std::numeric_limits<double>::denorm_min(), Source::measured};
    profile.counters = {{"max", {std::numeric_limits<double>::max(), Source::sampled}}};
    CHECK(read_profile(to_json(profile), "there") == profile);
    RunOutcome outcome;
    outcome.outcomes["passed"] = std::numeric_limits<std::uint64_t>::max();
    CHECK(read_outcome(to_json(outcome), "there") == outcome);
}
