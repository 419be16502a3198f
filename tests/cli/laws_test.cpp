// Laws that cross the rooms: of profiles in files, and of the bytes that come out in the end. The
// table of all laws stands in laws.hpp beside the rooms.

#include "laws.hpp"

#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/model_data.hpp>

#include <doctest/doctest.h>

#include <array>
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <locale>
#include <thread>

#include "advise/rebuild.hpp"

using namespace advisor;
using building::Cases;
using building::for_all;

namespace {

/// One recorded test, in milliseconds.
struct Recorded {
    std::uint32_t computed = 0;
    std::uint32_t waited = 0;
    std::uint32_t file = 0;
    bool uses_session = false;
    bool uses_module = false;
};

struct Recording {
    std::vector<Recorded> tests;  ///< files in ascending order
    std::uint32_t workers = 1;
};

Recording recording(std::uint64_t seed) {
    Random random(seed);
    Recording result;
    result.workers = 1 + random.below(8);
    std::uint32_t file = 0;
    for (std::uint32_t left = random.below(16); left > 0; --left) {
        file += random.below(3) == 0 ? 1 : 0;
        result.tests.push_back(
            {random.below(900),
             random.uniform() < 0.4 ? random.below(900) : 0,
             file,
             random.below(2) == 0,
             random.below(3) == 0}
        );
    }
    return result;
}

std::vector<Recording> smaller(const Recording& whole) {
    std::vector<Recording> results;
    for (std::vector<Recorded>& tests : building::each_left_out(whole.tests)) {
        results.push_back({std::move(tests), whole.workers});
    }
    if (whole.workers > 1) {
        results.push_back({whole.tests, whole.workers - 1});
    }
    return results;
}

std::string text_of(const Recording& recording) {
    std::string text = std::to_string(recording.workers) + " workers:";
    for (const Recorded& test : recording.tests) {
        text += " f" + std::to_string(test.file) + "/" + std::to_string(test.computed) + "+"
                + std::to_string(test.waited) + (test.uses_session ? "s" : "")
                + (test.uses_module ? "m" : "");
    }
    return text;
}

const Cases<Recording> k_cases{recording, smaller, text_of};

Cost cost(std::uint32_t computed, std::uint32_t waited) {
    Cost result;
    result.cpu_user = Seconds(computed / 1000.0);
    result.wall = Seconds((computed + waited) / 1000.0);
    result.core_wait = {Seconds(0), Source::measured};
    return result;
}

/// Set up for `user`.
void set_up(Profile& profile, std::uint32_t fixture, std::uint32_t user, const Cost& setup) {
    FixtureInstance instance;
    instance.use.fixture = FixtureIndex{fixture};
    instance.requested_by = TestIndex{user};
    instance.setup = setup;
    profile.fixtures.push_back(instance);
}

Profile profile_of(const Recording& recording) {
    Profile profile;
    profile.host.rung = Rung::proc_only;
    profile.host.cores_online = profile.host.cores_allowed = 4;
    profile.host.memory_total = Bytes(std::int64_t{8} << 30);
    profile.run.command = {"pytest"};
    profile.run.complete = true;
    profile.session.start = cost(300, 20);
    profile.session.collection = cost(100, 10);
    profile.fixture_definitions = {{"db", Scope::session, ""}, {"tables", Scope::module, ""}};
    bool has_session = false;
    std::uint32_t last_module = ~0U;
    for (std::uint32_t i = 0; i < recording.tests.size(); ++i) {
        const Recorded& drawn = recording.tests[i];
        TestCost test;
        test.id = "f" + std::to_string(drawn.file) + ".py";
        test.module_length = static_cast<std::uint32_t>(test.id.size());
        test.id += "::test_" + std::to_string(i);
        test.outcome = TestOutcome::passed;
        test.call = cost(drawn.computed, drawn.waited);
        if (drawn.uses_session) {
            test.fixtures.push_back({FixtureIndex{0}});
            if (!has_session) {
                set_up(profile, 0, i, cost(70, 130));
            }
            has_session = true;
        }
        if (drawn.uses_module) {
            test.fixtures.push_back({FixtureIndex{1}});
            if (last_module != drawn.file) {
                set_up(profile, 1, i, cost(40, 0));
            }
            last_module = drawn.file;
        }
        profile.tests.push_back(std::move(test));
    }
    return profile;
}

Prediction prediction_of(const Profile& profile, std::uint32_t workers) {
    static const ModelParameters k_parameters = [] {
        ModelParameters parameters = prior_parameters();
        parameters.capacity = {{1, 1.0}, {4, 3.2}};
        return parameters;
    }();
    constexpr std::array k_kinds{"processes=", "forked=", "threads="};
    PredictionOptions options;
    options.replications = 2;
    return predict(
        make_workload(profile),
        parse_configuration(k_kinds.at(workers % 3) + std::to_string(workers)).value(),
        k_parameters,
        machine_of(profile.host),
        options
    );
}

/// Both forms that users see.
std::string printed(const Recording& recording) {
    const Profile profile = profile_of(recording);
    Advice advice;
    advice.host = profile.host;
    advice.predictions = {prediction_of(profile, recording.workers)};
    advice.recommended = spec(advice.predictions.front().configuration);
    advice.sequential_wall = Seconds(1234567.25);
    return to_json(advice) + as_text(advice, {});
}

/// Numbers as a German writes them, which no code of ours may pick up.
class German final : public std::numpunct<char> {
    [[nodiscard]] char do_decimal_point() const override { return ','; }
    [[nodiscard]] char do_thousands_sep() const override { return '.'; }
    [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

/// Another locale and time zone for as long as it lives.
class Abroad {
public:
    explicit Abroad(std::uint64_t number)
        : before_(std::locale::global(
            std::locale(std::locale::classic(), new German)  // the locale owns it
        )) {
        // Machines without these keep "C"; the locale above is there on all of them.
        std::setlocale(LC_ALL, number % 2 == 0 ? "de_DE.UTF-8" : "tr_TR.UTF-8");
        ::setenv("TZ", number % 3 == 0 ? "Asia/Kathmandu" : "America/St_Johns", 1);
        ::tzset();
    }
    Abroad(const Abroad&) = delete;
    Abroad& operator=(const Abroad&) = delete;
    Abroad(Abroad&&) = delete;
    Abroad& operator=(Abroad&&) = delete;
    ~Abroad() {
        ::unsetenv("TZ");
        ::tzset();
        std::setlocale(LC_ALL, "C");
        std::locale::global(before_);
    }

private:
    std::locale before_;
};

}  // namespace

TEST_CASE("P22: a profile that was written and read gives the same prediction to the last bit") {
    for_all<Recording>(k_cases, [](const Recording& drawn) {
        const Profile profile = profile_of(drawn);
        const auto read = read_profile(to_json(profile), "the test");
        return read && *read == profile
               && prediction_of(*read, drawn.workers) == prediction_of(profile, drawn.workers);
    });
}

TEST_CASE("P22: a profile cut short is predicted as the profile of the tests that are left") {
    for_all<Recording>(k_cases, [](const Recording& drawn) {
        const std::size_t left = drawn.tests.size() / 2;
        Recording first = drawn;
        first.tests.resize(left);
        std::vector<std::uint32_t> indices;
        for (std::uint32_t i = 0; i < left; ++i) {
            indices.push_back(i);
        }
        const Profile part = part_of(profile_of(drawn), indices);
        const Profile whole = profile_of(first);
        const Prediction ours = prediction_of(part, drawn.workers);
        const Prediction theirs = prediction_of(whole, drawn.workers);
        return ours.wall == theirs.wall && ours.breakdown == theirs.breakdown
               && ours.lower_bound == theirs.lower_bound;
    });
}

TEST_CASE("P26: whatever the threads, the locale and the time zone, the same bytes come out") {
    // What compilers and their options could change, sample_reports compares in every preset.
    std::uint64_t number = 0;
    for_all<Recording>(k_cases, [&](const Recording& drawn) {
        const std::string expected = printed(drawn);
        const Abroad abroad(++number);
        std::vector<std::string> found(number % 16 == 0 ? 8 : 2);
        std::vector<std::thread> threads;
        threads.reserve(found.size());
        for (std::string& each : found) {
            threads.emplace_back([&] { each = printed(drawn); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        return std::all_of(found.begin(), found.end(), [&](const std::string& each) {
            return each == expected;
        });
    });
}
