#include <advisor/dialect/shard_command.hpp>

#include <doctest/doctest.h>

using namespace advisor;

namespace {

using Words = std::vector<std::string>;

ShardManifest two_shards(const std::string& spec) {
    ShardManifest manifest;
    manifest.configuration = *parse_configuration(spec);
    manifest.shards = {
        {{"tests/a.py", "tests/b.py"}, 2, Seconds(), ""}, {{"c.py"}, 1, Seconds(), ""}};
    return manifest;
}

Suite suite(const std::string& pytest_version, SuiteCommand command) {
    Suite made{std::move(command), "/repo", {}};
    made.interpreter.pytest_version = pytest_version;
    made.interpreter.xdist_version = "3.8.0";
    return made;
}

const SuiteCommand k_by_interpreter{{"/venv/python", "-m", "pytest"}, {"tests"}, "/venv/python"};

}  // namespace

TEST_CASE("a shard leaves out the files of the others, by path and by id") {
    const ShardManifest manifest = two_shards("sequential");
    ProfiledRun run;
    CHECK(shard_arguments(manifest, 0, run) == Words{"--ignore=c.py", "--deselect=c.py::"});
    run.rootdir = "/repo";
    run.directory = "/repo/tests";
    CHECK(
        shard_arguments(manifest, 1, run)
        == Words{"--ignore=a.py", "--deselect=tests/a.py::", "--ignore=b.py", "--deselect=tests/b.py::"}
    );
    CHECK(shard_arguments(manifest, 0, run).front() == "--ignore=../c.py");
}

TEST_CASE("the line of a shard names no interpreter of this machine") {
    const ShardManifest manifest = two_shards("processes=2,dist=load");
    CHECK(
        shard_line(manifest, suite("9.1.1", k_by_interpreter), "out/1.txt", {"--ignore=c.py"})
        == "python -m pytest tests @out/1.txt -n 2 --dist load"
    );
    const SuiteCommand launched{{"uv", "run", "pytest"}, {"-k", "not slow"}, ""};
    CHECK(
        shard_line(manifest, suite("9.1.1", launched), "out/1.txt", {})
        == "uv run pytest -k 'not slow' @out/1.txt -n 2 --dist load"
    );
    // A launcher whose words do not name pytest keeps all of them.
    const SuiteCommand script{{"./test.sh"}, {"-m", "slow"}, ""};
    CHECK(
        shard_line(manifest, suite("9.1.1", script), "o.txt", {})
        == "./test.sh -m slow @o.txt -n 2 --dist load"
    );
    // As the command of a recording, where all words are the launcher's.
    const SuiteCommand recorded{{"/venv/python", "-m", "pytest", "tests"}, {}, ""};
    CHECK(
        shard_line(two_shards("processes=2,dist=planned"), suite("9.1.1", recorded), "o.txt", {})
        == "advisor run --configuration processes=2,dist=planned --python python -- tests @o.txt"
    );
}

TEST_CASE("a pytest that reads no arguments from files gets them as words") {
    CHECK(
        shard_line(
            two_shards("sequential"), suite("8.1.2", k_by_interpreter), "o.txt", {"--ignore=c d.py"}
        )
        == "python -m pytest tests '--ignore=c d.py' -n0"
    );
}
