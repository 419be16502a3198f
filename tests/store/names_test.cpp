#include <advisor/store/documents.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "store/json_text.hpp"

// The names that other programs build on. A test that must be changed here breaks them.

using namespace advisor;

namespace {

Json tree_of(const std::string& text) {
    auto json = parse_json(text, Extent::whole);
    REQUIRE(json.has_value());
    return std::move(*json);
}

void check_has(const Json& object, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        CAPTURE(key);
        CHECK(object.contains(key));
    }
}

Prediction prediction() {
    Prediction prediction;
    prediction.configuration.runner = Processes{4, Distribution::worksteal, {}, true};
    prediction.wall = {Seconds(1), Seconds(2), Seconds(3)};
    prediction.breakdown = {{"start", Seconds(0.5)}, {"tests", Seconds(1.5)}};
    prediction.command = {"pytest", "-n4"};
    return prediction;
}

}  // namespace

TEST_CASE("every document starts with format, major, minor and producer") {
    const std::vector<std::pair<std::string, std::string>> documents{
        {"advice", to_json(Advice{})},
        {"profile", to_json(Profile{})},
        {"outcome", to_json(RunOutcome{})},
        {"calibration", to_json(ModelParameters{})},
        {"gate", to_json(GateVerdict{})},
        {"plan", to_json(CapacityPlan{})},
        {"doctor", to_json(DoctorReport{})},
    };
    for (const auto& [name, text] : documents) {
        const std::string start = "{\n  \"format\": \"advisor." + name
                                  + "\",\n  \"major\": 1,\n  \"minor\": 0,\n  \"producer\": "
                                    "\"advisor " ADVISOR_VERSION "\",\n";
        CHECK(text.starts_with(start));
        CHECK(text.ends_with("}\n"));
    }
}

TEST_CASE("an advice has the names of the contract") {
    Advice advice;
    advice.tests = 3;
    advice.predictions = {prediction()};
    advice.recommended = "processes=4,dist=worksteal";
    advice.findings = {{"long-test", Severity::breaks, {"a"}, {{"wall_s", 1.5}}, "m", "f"}};
    advice.measured_with = {Rung::proc_only, {{"cycles", "no PMU"}}};
    const Json json = tree_of(to_json(advice));
    check_has(
        json,
        {"suite",
         "host",
         "sequential_wall_s",
         "predictions",
         "recommended",
         "findings",
         "measured_with"}
    );
    check_has(json["suite"], {"tests", "files", "command"});
    const Json& first = json["predictions"][0];
    check_has(
        first,
        {"configuration",
         "wall_s",
         "speedup",
         "lower_bound_s",
         "bound_by",
         "peak_memory_bytes",
         "breakdown_s",
         "rank",
         "tied_with_best"}
    );
    CHECK(first["configuration"]["spec"] == "processes=4,dist=worksteal");
    CHECK(first["configuration"]["kind"] == "processes");
    CHECK(first["configuration"]["label"] == label(prediction().configuration));
    CHECK(first["configuration"]["command"] == Json::array({"pytest", "-n4"}));
    CHECK(first["wall_s"] == Json::parse(R"({"low": 1.0, "mid": 2.0, "high": 3.0})"));
    CHECK(first["breakdown_s"] == Json::parse(R"({"start": 0.5, "tests": 1.5})"));
    check_has(first["speedup"], {"low", "mid", "high"});
    CHECK(
        json["findings"][0]
        == Json::parse(R"({"code": "long-test", "severity": "breaks", "subjects": ["a"],
                           "numbers": {"wall_s": 1.5}, "message": "m", "fix": "f"})")
    );
    CHECK(json["measured_with"] == Json::parse(R"({"rung": "proc_only",
                           "missing": [{"what": "cycles", "because": "no PMU"}]})"));
}

TEST_CASE("an outcome has the names of the contract") {
    RunOutcome outcome;
    outcome.predicted = prediction();
    outcome.outcomes["passed"] = 4;
    outcome.workers.resize(1);
    const Json json = tree_of(to_json(outcome));
    check_has(
        json,
        {"configuration",
         "predicted",
         "wall_s",
         "exit_codes",
         "outcomes",
         "conservation",
         "workers"}
    );
    check_has(json["exit_codes"], {"own", "runner"});
    check_has(json["conservation"], {"collected", "final", "lost", "duplicated"});
    check_has(json["workers"][0], {"busy_s", "boot_s"});
    CHECK(json["workers"][0]["busy_s"].is_null());
    CHECK(json["workers"][0]["busy_source"] == "not_measured");
    CHECK(json["outcomes"]["passed"] == 4);
}

TEST_CASE("a profile's columns are shortened where all rows agree") {
    Profile profile;
    profile.tests.resize(2);
    profile.tests[0].id = "m.py::a";
    profile.tests[1].id = "m.py::b";
    profile.tests[0].module_length = profile.tests[1].module_length = 4;
    profile.tests[0].call.wall = Seconds(0.1);
    profile.tests[1].call.wall = Seconds(0.2);
    const Json json = tree_of(to_json(profile));
    const Json& tests = json["tests"];
    CHECK(tests["modules"] == Json::array({"m.py"}));
    CHECK(tests["module"] == 0);
    CHECK(tests["name"] == Json::array({"::a", "::b"}));
    CHECK(tests["call"]["wall_s"] == Json::array({0.1, 0.2}));
    CHECK(tests["setup"]["wall_s"] == 0.0);
    CHECK(tests["call"]["gil_held_s"].is_null());
    CHECK(tests["outcome"] == "not_run");
    CHECK(tests["waits"] == Json::parse("[[], []]"));
    CHECK(json["sampling"].is_null());
}

TEST_CASE("waits stand by reason, those of a test as pairs") {
    Profile profile;
    profile.tests.resize(1);
    profile.tests[0].waits = {
        {WaitReason::socket, Seconds(0.5)}, {WaitReason::sleep, Seconds(0.25)}};
    profile.sampling.emplace();
    profile.sampling->waits = {{WaitReason::socket, 5432, Seconds(0.5), Seconds(0.01)}};
    Json json = tree_of(to_json(profile));
    CHECK(json["tests"]["waits"] == Json::parse(R"([[["socket", 0.5], ["sleep", 0.25]]])"));
    CHECK(
        json["sampling"]["waits"]
        == Json::parse(R"([{"reason": "socket", "peer_port": 5432, "time_s": 0.5,
                            "standard_error_s": 0.01}])")
    );
    json["sampling"].erase("seen_whole_s");  // as in older documents
    CHECK(read_profile(json.dump(), "old.json").value() == profile);
}

TEST_CASE("a profile from before sampling can be read") {
    Profile profile;
    profile.tests.resize(1);
    Json json = tree_of(to_json(profile));
    json.erase("sampling");
    json["tests"].erase("waits");
    const auto read = read_profile(json.dump(), "old.json");
    REQUIRE(read);
    CHECK(*read == profile);
}
