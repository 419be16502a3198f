#include "advise/candidates.hpp"

#include <advisor/advise/advise.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "advise/build.hpp"

using namespace advisor;
using building::configuration;
using building::Suite;

namespace {

std::vector<std::string> specs(const Profile& profile, const AdviseOptions& options = {}) {
    std::vector<std::string> all;
    for (const Configuration& candidate : candidates(profile, options)) {
        all.push_back(spec(candidate));
    }
    return all;
}

bool holds(const std::vector<std::string>& all, const std::string& wanted) {
    return std::find(all.begin(), all.end(), wanted) != all.end();
}

Profile computing(std::uint32_t cores, std::uint32_t tests) {
    Suite suite(cores);
    suite.tests("a.py", tests, 0.1);
    return suite.profile();
}

}  // namespace

TEST_CASE("the ladder holds powers of two, the steps between, the cores and the limit") {
    CHECK(worker_ladder(16, 4) == std::vector<std::uint32_t>{2, 3, 4, 6, 8, 12, 16});
    CHECK(worker_ladder(10, 5) == std::vector<std::uint32_t>{2, 3, 4, 5, 6, 8, 10});
    CHECK(worker_ladder(2, 1) == std::vector<std::uint32_t>{2});
    CHECK(worker_ladder(1, 8).empty());
    CHECK(worker_ladder(0, 8).empty());
}

TEST_CASE("a suite that computes gets twice the cores, one that waits at least 16") {
    CHECK(worker_limit(4, 0.1, 1000) == 8);
    CHECK(worker_limit(4, 0.5, 1000) == 16);
    CHECK(worker_limit(32, 0.5, 1000) == 64);
    CHECK(worker_limit(0.5, 0.0, 1000) == 2);
    CHECK(worker_limit(1.5, 0.0, 1000) == 4);
    CHECK(worker_limit(4, 0.5, 3) == 3);
}

TEST_CASE("sequential comes first, and nothing comes twice") {
    AdviseOptions options;
    options.asked_for = {
        configuration("processes=2,dist=load"),
        configuration("processes=7,dist=load,maxschedchunk=1"),
        configuration("forked=2,threads=4")};
    const auto all = specs(computing(4, 100), options);
    CHECK(all.front() == "sequential");
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
    CHECK(holds(all, "processes=7,dist=load,maxschedchunk=1"));
    CHECK(holds(all, "forked=2,threads=4"));
    CHECK(holds(all, "processes=8,dist=worksteal"));
    CHECK(holds(all, "threads=8"));
    CHECK(!holds(all, "processes=1,dist=load"));
}

TEST_CASE("planned is a candidate only where it can run, loadgroup only where tests are marked") {
    Suite suite(2);
    suite.tests("a.py", 10, 0.1);
    CHECK(!holds(specs(suite.profile()), "processes=2,dist=planned"));
    CHECK(!holds(specs(suite.profile()), "processes=2,dist=loadgroup"));
    AdviseOptions options;
    options.ability.planned = true;
    suite.made.tests[3].groups = {"db"};
    CHECK(holds(specs(suite.profile(), options), "processes=2,dist=planned"));
    CHECK(holds(specs(suite.profile(), options), "processes=2,dist=loadgroup"));
}

TEST_CASE("a limit that was given is kept, and threads end at sixteen") {
    AdviseOptions options;
    options.most_workers = 40;
    const auto all = specs(computing(2, 100), options);
    CHECK(holds(all, "processes=40,dist=load"));
    CHECK(holds(all, "forked=40"));
    CHECK(holds(all, "threads=16"));
    CHECK(!holds(all, "threads=24"));
    CHECK(!holds(all, "processes=48,dist=load"));
}

TEST_CASE("one test, or none, leaves only sequential") {
    CHECK(specs(computing(8, 1)) == std::vector<std::string>{"sequential"});
    CHECK(specs(computing(8, 0)) == std::vector<std::string>{"sequential"});
}
