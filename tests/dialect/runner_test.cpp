#include <advisor/dialect/runner.hpp>

#include <doctest/doctest.h>

using namespace advisor;

namespace {

using Words = std::vector<std::string>;

Interpreter with_xdist(const std::string& version) {
    Interpreter interpreter;
    interpreter.executable = "/usr/bin/python3";
    interpreter.pytest_version = "9.1.1";
    if (!version.empty()) {
        interpreter.xdist_version = version;
    }
    return interpreter;
}

Words words_of(const std::string& spec, const Interpreter& interpreter, const Words& own = {}) {
    return runner_arguments(*parse_configuration(spec), interpreter, own);
}

bool runs(const std::string& spec, const std::string& xdist, const Words& own = {}) {
    const SuiteCommand command{{"python3", "-m", "pytest"}, own, "python3"};
    return !why_not_runnable(*parse_configuration(spec), with_xdist(xdist), command);
}

}  // namespace

TEST_CASE("a distribution is spelt with xdist's own options") {
    const Interpreter interpreter = with_xdist("3.8.0");
    CHECK(
        words_of("processes=4,dist=worksteal", interpreter)
        == Words{"-n", "4", "--dist", "worksteal"}
    );
    CHECK(
        words_of("processes=2,dist=load,maxschedchunk=1", interpreter)
        == Words{"-n", "2", "--dist", "load", "--maxschedchunk", "1"}
    );
}

TEST_CASE("our own scheduler rides on load, and advisor alone can run it") {
    const Interpreter interpreter = with_xdist("3.8.0");
    CHECK(words_of("processes=4,dist=planned", interpreter) == Words{"-n", "4", "--dist", "load"});
    CHECK(runs("processes=4,dist=planned", "3.0.2"));
    CHECK_FALSE(runs("processes=4,dist=planned", "2.5.0"));
    const SuiteCommand command{{"/venv/python", "-m", "pytest"}, {"tests"}, "/venv/python"};
    CHECK(
        command_for(*parse_configuration("processes=4,dist=planned"), interpreter, command)
        == Words{"advisor", "run", "--configuration", "processes=4,dist=planned", "--python", "/venv/python", "--", "tests"}
    );
}

TEST_CASE("a sequential run turns workers off only where xdist is loaded") {
    CHECK(words_of("sequential", with_xdist("3.8.0")) == Words{"-n0"});
    CHECK(words_of("sequential", with_xdist("3.8.0"), {"-p", "no:xdist"}).empty());
    CHECK(words_of("sequential", with_xdist("")).empty());
}

TEST_CASE("an option that the installed xdist does not know cannot be run") {
    CHECK(runs("processes=2,dist=worksteal", "3.2.0"));
    CHECK_FALSE(runs("processes=2,dist=worksteal", "3.1.0"));
    CHECK(runs("processes=2,dist=loadscope", "3.1.0"));
    CHECK_FALSE(runs("processes=2,dist=load,maxschedchunk=1", "3.1.0"));
}

TEST_CASE("without xdist only a sequential run is possible, and the fix is named") {
    CHECK(runs("sequential", ""));
    const SuiteCommand command{{"python3", "-m", "pytest"}, {}, "python3"};
    const auto why = why_not_runnable(*parse_configuration("processes=2"), with_xdist(""), command);
    REQUIRE(why);
    CHECK(why->hint == "/usr/bin/python3 -m pip install pytest-xdist");
    CHECK_FALSE(runs("processes=2", "3.8.0", {"-pno:xdist"}));
}

TEST_CASE("forked workers are spelt with the plugin, and xdist is kept from the tests") {
    const Words plugin{"-p", "advisor_lanes", "--forked-workers", "4"};
    CHECK(words_of("forked=4", with_xdist("")) == plugin);
    Words both{"-n0"};
    both.insert(both.end(), plugin.begin(), plugin.end());
    CHECK(words_of("forked=4", with_xdist("3.8.0")) == both);
    CHECK(runs("forked=4", ""));
}

TEST_CASE("what a user types for forked workers is advisor's own command") {
    const auto typed = [](const SuiteCommand& command) {
        return command_for(*parse_configuration("forked=4"), with_xdist(""), command);
    };
    const Words own{"advisor", "run", "--configuration", "forked=4"};
    Words wanted = own;
    wanted.insert(wanted.end(), {"--python", "venv/bin/python", "--", "tests"});
    CHECK(typed({{"venv/bin/python", "-m", "pytest"}, {"tests"}, "python3"}) == wanted);
    // As a recording has it.
    CHECK(typed({{"venv/bin/python", "-m", "pytest", "tests"}, {}, "python3"}) == wanted);
    wanted = own;
    wanted.insert(wanted.end(), {"--command", "uv run pytest"});
    CHECK(typed({{"uv", "run", "pytest"}, {}, ""}) == wanted);
}

TEST_CASE("forked workers need the pytest they were made for") {
    Interpreter interpreter = with_xdist("");
    interpreter.pytest_version = "7.3.2";
    const SuiteCommand command{{"python3", "-m", "pytest"}, {}, "python3"};
    CHECK(why_not_runnable(*parse_configuration("forked=2"), interpreter, command));
    CHECK(why_not_runnable(*parse_configuration("threads=2"), interpreter, command));
    interpreter.pytest_version = "8.0.0";
    CHECK_FALSE(why_not_runnable(*parse_configuration("forked=2,threads=4"), interpreter, command));
    CHECK_FALSE(why_not_runnable(*parse_configuration("threads=2"), interpreter, command));
}

TEST_CASE("shards are predicted only") {
    CHECK_FALSE(runs("shards=2,processes=4", "3.8.0"));
}

TEST_CASE("other runners run only by request, and are refused with the reason") {
    Interpreter interpreter = with_xdist("3.8.0");
    interpreter.version = "3.12.1";
    const SuiteCommand command{{"python3", "-m", "pytest"}, {}, "python3"};
    const auto why = [&](const std::string& spec) {
        const auto error = why_not_runnable(*parse_configuration(spec), interpreter, command);
        return error ? error->because : std::string();
    };
    CHECK(why("threads=4,runner=pytest-parallel").find("not installed") != std::string::npos);
    interpreter.plugins = {{"pytest-parallel", "0.1.1"}, {"pytest_threadlanes", "0.1.0"}};
    CHECK(why("threads=4,runner=pytest-parallel").find("library py") != std::string::npos);
    interpreter.plugins.push_back({"py", "1.11.0"});
    CHECK(why("threads=4,runner=pytest-parallel").empty());
    CHECK(why("forked=2,threads=4,runner=pytest-parallel").empty());
    CHECK(why("threads=4,runner=pytest-threadlanes").empty());
    CHECK_FALSE(why("forked=2,threads=4,runner=pytest-threadlanes").empty());
    CHECK_FALSE(why("processes=2,runner=pytest-parallel").empty());
    CHECK_FALSE(why("threads=2,runner=pytest-swarm").empty());
    interpreter.version = "3.14.0";
    CHECK_FALSE(why("threads=4,runner=pytest-parallel").empty());
    CHECK_FALSE(why("threads=4,runner=pytest-threadlanes").empty());
    CHECK(
        words_of("forked=2,threads=4,runner=pytest-parallel", interpreter)
        == Words{"-n0", "--workers", "2", "--tests-per-worker", "4"}
    );
}
