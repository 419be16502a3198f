#include "measure/spawn_cost.hpp"

#include <advisor/base/assert.hpp>
#include <advisor/base/median.hpp>
#include <advisor/dialect/import_time.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/measure/profile_suite.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace advisor {

namespace {

constexpr std::uint32_t k_warm_runs = 5;
constexpr double k_least_share = 0.04;  // of all imports: about twenty modules
constexpr Seconds k_deadline{120};

Suite suite_in(const std::string& directory, const Interpreter& interpreter) {
    Suite suite;
    suite.command.launcher = {interpreter.executable, "-m", "pytest"};
    suite.command.arguments = {"-p", "no:cacheprovider", "-q"};
    suite.command.python = interpreter.executable;
    suite.directory = directory;
    suite.interpreter = interpreter;
    return suite;
}

ProcessSpec spec_of(std::vector<std::string> argv, const std::string& directory) {
    ProcessSpec spec;
    spec.argv = std::move(argv);
    spec.directory = directory;
    spec.environment = {{"PYTEST_ADDOPTS", std::nullopt}};
    spec.input = Stream::discard;
    spec.output = Stream::capture;
    spec.error = Stream::with_output;
    spec.capture_limit = Bytes(8 << 20);
    spec.deadline = k_deadline;
    return spec;
}

tl::unexpected<Error> cannot_start(std::string because) {
    return fail(
        ErrorKind::environment,
        "cannot measure the stages of pytest's start",
        std::move(because),
        "what is predicted does not need them; look whether `pytest` works in an empty directory"
    );
}

/// The walls of each stage, run by run.
struct Stages {
    std::vector<Seconds> interpreter;
    std::vector<Seconds> pytest;
    std::vector<Seconds> plugins;
    std::vector<Seconds> collection;
    std::vector<Seconds> exit;
    std::vector<Seconds> whole;
};

Status take_one(const Suite& suite, const Instruments& instruments, Stages& stages) {
    const std::vector<std::string> bare{suite.interpreter.executable, "-c", "pass"};
    const auto start = instruments.launcher.run(spec_of(bare, suite.directory), {});
    if (!start) {
        return tl::unexpected(start.error());
    }
    ProfileOptions options;
    options.deadline = k_deadline;
    const auto profiled = profile_suite(suite, instruments, options);
    if (!profiled) {
        return tl::unexpected(profiled.error());
    }
    if (start->exit_code != 0) {
        return cannot_start("the interpreter fails on an empty program");
    }
    if (const ProfiledRun& run = profiled->profile.run; !run.complete) {
        return cannot_start("on a suite of one empty test, " + run.incomplete_because);
    }
    const SessionCost& session = profiled->profile.session;
    const Seconds interpreter = std::min(start->wall(), session.start.wall);
    stages.interpreter.push_back(interpreter);
    stages.pytest.push_back(session.start.wall - interpreter);
    stages.plugins.push_back(session.configure.wall);
    stages.collection.push_back(session.collection.wall);
    stages.exit.push_back(session.finish.wall + session.exit.wall);
    stages.whole.push_back(
        session.start.wall + session.configure.wall + session.collection.wall + stages.exit.back()
    );
    return {};
}

}  // namespace

SpawnStage stage_of(const std::vector<Seconds>& walls) {
    ADVISOR_ASSERT(walls.size() >= 2, "a first run and a warm one");
    const std::vector<Seconds> warm(walls.begin() + 1, walls.end());
    const Seconds middle = median(warm);
    std::vector<Seconds> apart(warm.size());
    std::transform(warm.begin(), warm.end(), apart.begin(), [&](Seconds wall) {
        return std::max(wall, middle) - std::min(wall, middle);
    });
    return {walls.front(), middle, median(apart)};
}

Result<SpawnCost> measure_spawn(const Interpreter& interpreter, const Instruments& instruments) {
    const auto place = PrivateDirectory::create();
    if (!place) {
        return tl::unexpected(place.error());
    }
    Status written = place->put("pytest.ini", "[pytest]\n");
    if (written) {
        written = place->put("test_one.py", "def test_one():\n    pass\n");
    }
    const Suite suite = suite_in(place->path(), interpreter);
    Stages stages;
    for (std::uint32_t i = 0; i < 1 + k_warm_runs && written; ++i) {
        written = take_one(suite, instruments, stages);
    }
    if (!written) {
        return tl::unexpected(written.error());
    }
    SpawnCost cost;
    cost.warm_runs = k_warm_runs;
    cost.interpreter = stage_of(stages.interpreter);
    cost.pytest = stage_of(stages.pytest);
    cost.plugins = stage_of(stages.plugins);
    cost.collection = stage_of(stages.collection);
    cost.exit = stage_of(stages.exit);
    cost.whole = stage_of(stages.whole);
    std::vector<std::string> argv = suite.command.words();
    argv.insert(argv.begin() + 1, {"-X", "importtime"});
    argv.emplace_back("--collect-only");
    const auto imported = instruments.launcher.run(spec_of(std::move(argv), place->path()), {});
    if (imported && imported->exit_code == 0) {
        cost.imported = costliest_imports(imported->output, k_least_share);
    }
    return cost;
}

}  // namespace advisor
