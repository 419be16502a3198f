#include "store/profile_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "store/cost_columns.hpp"

namespace advisor {

namespace {

/// An id as the name of its module and the rest, since the tests of a module share the first.
struct SplitId {
    std::string module;
    std::string name;
};

std::vector<SplitId> split_ids(const std::vector<TestCost>& tests) {
    std::vector<SplitId> ids;
    ids.reserve(tests.size());
    for (const TestCost& test : tests) {
        const std::size_t length = std::min<std::size_t>(test.module_length, test.id.size());
        ids.push_back({test.id.substr(0, length), test.id.substr(length)});
    }
    return ids;
}

void id_columns(auto& table) {
    table.shared(
        "modules", "module", [](auto& id) -> auto& { return id.module; }
    );
    table.list(
        "name", [](auto& id) -> auto& { return id.name; }
    );
}

void test_columns(auto& table) {
    column(table, "class_length", &TestCost::class_length);
    column(table, "outcome", &TestCost::outcome);
    column(table, "begin_s", &TestCost::begin);
    column(table, "protocol_overhead_s", &TestCost::protocol_overhead);
    column(table, "peak_rss_bytes", &TestCost::peak_rss);
    cost_group(table, "setup", &TestCost::setup);
    cost_group(table, "call", &TestCost::call);
    cost_group(table, "teardown", &TestCost::teardown);
    table.shared(
        "group_lists", "groups", [](auto& test) -> auto& { return test.groups; }
    );
    table.later_shared(
        "alone_reasons", "alone_because", [](auto& test) -> auto& { return test.alone_because; }
    );
    table.shared(
        "fixture_lists", "fixtures", [](auto& test) -> auto& { return test.fixtures; }
    );
    table.later_list(
        "waits", [](auto& test) -> auto& { return test.waits; }
    );
    table.optional_column(
        "wall_spread_fraction", [](auto& test) -> auto& { return test.wall_spread; }
    );
}

void fixture_columns(auto& table) {
    table.list(
        "use", [](auto& instance) -> auto& { return instance.use; }
    );
    column(table, "requested_by", &FixtureInstance::requested_by);
    column(table, "setup_begin_s", &FixtureInstance::setup_begin);
    cost_group(table, "setup", &FixtureInstance::setup);
    column(table, "teardown_begin_s", &FixtureInstance::teardown_begin);
    cost_group(table, "teardown", &FixtureInstance::teardown);
}

void function_fixture_columns(auto& table) {
    table.list(
        "use", [](auto& fixture) -> auto& { return fixture.use; }
    );
    column(table, "test", &FunctionFixture::test);
    column(table, "setup_s", &FunctionFixture::setup);
    column(table, "setup_cpu_s", &FunctionFixture::setup_cpu);
    column(table, "teardown_s", &FunctionFixture::teardown);
    column(table, "teardown_cpu_s", &FunctionFixture::teardown_cpu);
}

}  // namespace

void write_tests(FieldWriter& fields, const std::vector<TestCost>& tests) {
    const std::vector<SplitId> ids = split_ids(tests);
    columns(fields, std::span(ids), [](auto& table) { id_columns(table); });
    columns(fields, std::span(tests), [](auto& table) { test_columns(table); });
}

std::vector<TestCost> read_tests(FieldReader& fields) {
    std::vector<SplitId> ids(list_length(fields, "name"));
    columns(fields, std::span(ids), [](auto& table) { id_columns(table); });
    std::vector<TestCost> tests(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        tests[i].module_length = static_cast<std::uint32_t>(ids[i].module.size());
        tests[i].id = std::move(ids[i].module) + ids[i].name;
    }
    columns(fields, std::span(tests), [](auto& table) { test_columns(table); });
    fields.require(
        std::all_of(
            tests.begin(),
            tests.end(),
            [](const TestCost& test) { return test.class_length <= test.id.size(); }
        ),
        "class_length",
        "is longer than an id"
    );
    return tests;
}

void write_fixtures(FieldWriter& fields, const std::vector<FixtureInstance>& fixtures) {
    columns(fields, std::span(fixtures), [](auto& table) { fixture_columns(table); });
}

std::vector<FixtureInstance> read_fixtures(FieldReader& fields) {
    std::vector<FixtureInstance> fixtures(list_length(fields, "use"));
    columns(fields, std::span(fixtures), [](auto& table) { fixture_columns(table); });
    return fixtures;
}

void write_function_fixtures(FieldWriter& fields, const std::vector<FunctionFixture>& fixtures) {
    columns(fields, std::span(fixtures), [](auto& table) { function_fixture_columns(table); });
}

std::vector<FunctionFixture> read_function_fixtures(FieldReader& fields) {
    std::vector<FunctionFixture> fixtures(list_length(fields, "use"));
    columns(fields, std::span(fixtures), [](auto& table) { function_fixture_columns(table); });
    return fixtures;
}

}  // namespace advisor
