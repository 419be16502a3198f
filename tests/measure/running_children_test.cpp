#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "measure/tape.hpp"

using namespace advisor;

namespace {

constexpr int k_server = 700;
constexpr int k_its_child = 701;

std::int64_t cpu(int milliseconds) {
    return std::int64_t{milliseconds} * static_cast<std::int64_t>(k_ms);
}

/// A recording whose children are looked at.
struct Watched {
    void see(std::vector<Descendant> processes) {
        log.children.push_back({static_cast<std::int64_t>(tape.now().wall_ns), std::move(processes)}
        );
    }
    Profile profile() { return profile_of(tape, log); }
    Tape tape;
    SampleLog log;
};

/// Three tests of 200 ms that wait; the last one waits for a child that has used 350 ms by then.
struct Served : Watched {
    Served() {
        tape.collected({"a.py::t", "a.py::u", "a.py::v"});
        see({});
        for (std::uint32_t test = 0; test < 3; ++test) {
            tape.begin(test).set_up(test).end(test, Phase::setup).report(test, Phase::setup);
            tape.wait(200);
            if (test == 2) {
                tape.now().children_user_s += 0.35;
            }
            tape.end(test, Phase::call).counters().report(test, Phase::call);
            tape.end(test, Phase::teardown).report(test, Phase::teardown);
            after(test);
        }
        tape.finished();
    }
    void after(std::uint32_t test) {
        if (test < 2) {
            const int used = test == 0 ? 100 : 300;
            see({{k_server, 1, cpu(used)}, {k_its_child, k_server, cpu(test == 0 ? 10 : 0)}});
        } else {
            see({});
        }
    }
};

}  // namespace

TEST_CASE("what a child was seen to use is not charged again to who waits for it") {
    const Profile profile = Served().profile();
    CHECK(profile.tests[0].call.children_cpu.value() == ms(110));
    CHECK(profile.tests[1].call.children_cpu.value() == ms(200));
    CHECK(profile.tests[2].call.children_cpu.value() == ms(40));
    CHECK(profile.session.loop.children_cpu.value() == ms(350));
}

TEST_CASE("of several children in one test none is charged twice") {
    Watched watched;
    Tape& tape = watched.tape;
    tape.collected({"a.py::t", "a.py::u"});
    watched.see({});
    for (std::uint32_t test = 0; test < 2; ++test) {
        tape.begin(test).set_up(test).end(test, Phase::setup).report(test, Phase::setup);
        watched.see({});
        for (int child = 0; child < 3; ++child) {
            tape.wait(100);
            watched.see({{k_server + child, 1, cpu(80)}});
            tape.wait(30);
            watched.see({});
            tape.now().children_user_s += 0.1;
        }
        tape.wait(10).end(test, Phase::call).counters().report(test, Phase::call);
        tape.end(test, Phase::teardown).report(test, Phase::teardown);
    }
    tape.finished();
    watched.see({});
    const Profile profile = watched.profile();
    CHECK(profile.tests[0].call.children_cpu.value() == ms(300));
    CHECK(profile.tests[1].call.children_cpu.value() == ms(300));
    CHECK(profile.session.loop.children_cpu.value() == ms(600));
}

TEST_CASE("a daemon is charged to the time in which it ran, and taken from nobody") {
    Served served;
    served.log.children.back().processes = {{k_its_child, 0, cpu(15)}};
    served.see({});
    const Profile profile = served.profile();
    CHECK(profile.tests[0].call.children_cpu.value() == ms(110));
    CHECK(profile.tests[2].call.children_cpu.value() == ms(350 - 300 + 15));
}

TEST_CASE("without readings a child is charged to who waits for it") {
    Served served;
    served.log.children.clear();
    const Profile profile = served.profile();
    CHECK(profile.tests[0].call.children_cpu == Seconds(0));
    CHECK(profile.tests[2].call.children_cpu.value() == ms(350));
}

TEST_CASE("what nobody waits for is charged to the time in which it was used") {
    Served served;
    served.log.children.pop_back();
    const Profile profile = served.profile();
    CHECK(profile.tests[0].call.children_cpu.value() == ms(110));
    CHECK(profile.tests[2].call.children_cpu.value() == ms(350));
}
