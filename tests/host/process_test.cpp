#include <advisor/host/inheritance.hpp>
#include <advisor/host/process.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

using namespace advisor;

namespace {

ProcessSpec shell(const std::string& script) {
    ProcessSpec spec;
    spec.argv = {"/bin/sh", "-c", script};
    spec.input = Stream::discard;
    spec.output = Stream::capture;
    spec.error = Stream::with_output;
    return spec;
}

ProcessEnd run(const ProcessSpec& spec, const ProcessWatch& watch = {}) {
    LinuxLauncher launcher;
    auto end = launcher.run(spec, watch);
    REQUIRE(end);
    return std::move(*end);
}

/// Of this process, for as long as it lives.
class Disposition {
public:
    Disposition(int signal, void (*handler)(int))
        : signal_(signal),
          before_(std::signal(signal, handler)) {}
    ~Disposition() { std::signal(signal_, before_); }
    Disposition(const Disposition&) = delete;
    Disposition& operator=(const Disposition&) = delete;
    Disposition(Disposition&&) = delete;
    Disposition& operator=(Disposition&&) = delete;

private:
    int signal_;
    void (*before_)(int);
};

bool is_gone(int pid) {
    return ::kill(pid, 0) != 0 && errno == ESRCH;
}

}  // namespace

TEST_CASE("an exit code, a signal and both outputs come back") {
    const ProcessEnd exited = run(shell("echo out; echo err >&2; exit 7"));
    CHECK(exited.exit_code == 7);
    CHECK_FALSE(exited.signal);
    CHECK(exited.output == "out\nerr\n");
    CHECK(exited.exec_ns < exited.exit_ns);
    CHECK(exited.left_behind.empty());

    const ProcessEnd killed = run(shell("kill -SEGV $$"));
    CHECK_FALSE(killed.exit_code);
    CHECK(killed.signal == SIGSEGV);
}

TEST_CASE("a program that is not there is an error that names it") {
    LinuxLauncher launcher;
    ProcessSpec spec;
    spec.argv = {"advisor-has-no-such-program"};
    const auto end = launcher.run(spec, {});
    REQUIRE_FALSE(end);
    CHECK(end.error().kind == ErrorKind::environment);
    CHECK(end.error().what == "cannot execute 'advisor-has-no-such-program'");
    CHECK(end.error().because == "No such file or directory");
}

TEST_CASE("a directory that is not there is an error too") {
    LinuxLauncher launcher;
    ProcessSpec spec = shell("true");
    spec.directory = "/advisor/has/no/such/directory";
    CHECK_FALSE(launcher.run(spec, {}));
}

TEST_CASE("environment changes are set and unset on top of ours") {
    ::setenv("ADVISOR_TEST_KEPT", "kept", 1);
    ::setenv("ADVISOR_TEST_GONE", "gone", 1);
    ProcessSpec spec =
        shell("echo $ADVISOR_TEST_KEPT ${ADVISOR_TEST_GONE-unset} $ADVISOR_TEST_NEW; pwd");
    spec.environment = {{"ADVISOR_TEST_GONE", std::nullopt}, {"ADVISOR_TEST_NEW", "a=b"}};
    spec.directory = "/";
    CHECK(run(spec).output == "kept unset a=b\n/\n");
}

TEST_CASE("a path prefix comes first, and the child can put the old value back") {
    ::setenv("ADVISOR_TEST_PATH", "/a:/b", 1);
    ::unsetenv("ADVISOR_TEST_NO_PATH");
    ProcessSpec spec = shell(
        "echo $ADVISOR_TEST_PATH $ADVISOR_TEST_OLD $ADVISOR_TEST_NO_PATH ${ADVISOR_TEST_NONE-none}"
    );
    spec.path_entries = {
        {"ADVISOR_TEST_PATH", "/first", "ADVISOR_TEST_OLD"},
        {"ADVISOR_TEST_NO_PATH", "/only", "ADVISOR_TEST_NONE"}};
    CHECK(run(spec).output == "/first:/a:/b /a:/b /only none\n");
}

TEST_CASE("a path may be the last one") {
    ::setenv("ADVISOR_TEST_PATH", "/a:/b", 1);
    ::unsetenv("ADVISOR_TEST_NO_PATH");
    ProcessSpec spec = shell("echo $ADVISOR_TEST_PATH $ADVISOR_TEST_NO_PATH");
    spec.path_entries = {
        {"ADVISOR_TEST_PATH", "/last", "ADVISOR_TEST_OLD", PathEntry::At::back},
        {"ADVISOR_TEST_NO_PATH", "/only", "ADVISOR_TEST_NONE", PathEntry::At::back}};
    CHECK(run(spec).output == "/a:/b:/last /only\n");
}

TEST_CASE("only the last bytes of a long output are kept") {
    ProcessSpec spec =
        shell("i=0; while [ $i -lt 3000 ]; do echo line; i=$((i+1)); done; echo end");
    spec.capture_limit = Bytes(8);
    CHECK(run(spec).output == "ine\nend\n");
}

TEST_CASE("what a child writes does not wake us, for which the child would pay") {
    const auto waits = [] {
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        return usage.ru_nvcsw;
    };
    constexpr int k_lines = 500;
    const auto script =  // a process between lines, so that we would sleep again
        fmt::format("i=0; while [ $i -lt {} ]; do echo; (:); i=$((i+1)); done", k_lines);
    const auto before = waits();
    const ProcessEnd end = run(shell(script));
    CHECK(end.output == std::string(k_lines, '\n'));
    const auto ticks = static_cast<long>(end.wall().value() / 0.010);
    CHECK(waits() - before < ticks + k_lines / 5);
}

TEST_CASE("the hooks see the child before its exec and after its end") {
    int before = 0;
    int last = -1;
    ProcessWatch watch;
    watch.before_exec = [&](int pid) { before = pid; };
    watch.while_running = [&](int pid) { last = pid; };
    const ProcessEnd end = run(shell("echo $$"), watch);
    CHECK(end.output == std::to_string(before) + "\n");
    CHECK(last == 0);
}

TEST_CASE("what a child leaves behind is ended, whatever session it made") {
    const ProcessEnd end = run(shell("setsid sleep 600 & echo $!"));
    CHECK(end.exit_code == 0);
    REQUIRE_FALSE(end.left_behind.empty());
    CHECK(end.left_behind.back() == "sleep 600");
    CHECK(is_gone(std::stoi(end.output)));
}

TEST_CASE("what a child leaves behind may write as much as it wants before it ends") {
    const ProcessEnd end = run(shell("(sleep 0.1; head -c 3000000 /dev/zero; echo all) &"));
    CHECK(end.exit_code == 0);
    CHECK(end.left_behind.empty());
    CHECK(end.output.ends_with("all\n"));
}

TEST_CASE("an orphan that has ended is gone while the child still runs, for who asks the kernel") {
    // The inner shell ends at once, so that the sleeper is an orphan when it ends itself.
    const ProcessEnd end =
        run(shell("orphan=$(sh -c 'sleep 0.05 >/dev/null & echo $!')\n"
                  "tries=0\n"
                  "while kill -0 $orphan 2>/dev/null; do\n"
                  "  tries=$((tries + 1)); [ $tries -lt 500 ] || exit 9; sleep 0.02\n"
                  "done"));
    CHECK(end.exit_code == 0);
}

TEST_CASE("a deadline ends a child, and one that ignores TERM only later") {
    ProcessSpec spec = shell("exec sleep 600");
    spec.deadline = Seconds(0.05);
    const ProcessEnd end = run(spec);
    CHECK(end.timed_out);
    CHECK(end.signal == SIGTERM);
}

TEST_CASE("a signal to us goes to the child, which may handle it") {
    const Disposition heard(SIGINT, SIG_DFL);
    // The child asks for the signal itself, so that it is there whenever it comes.
    const ProcessSpec spec = shell("trap 'exit 42' INT; kill -INT $PPID; while :; do :; done");
    const ProcessEnd end = run(spec);
    CHECK(end.forwarded == SIGINT);
    CHECK(end.exit_code == 42);
}

TEST_CASE("a signal that we ignore is ignored by the child, and is not news") {
    const Disposition ignored(SIGHUP, SIG_IGN);
    const ProcessEnd end = run(shell("kill -HUP $$; kill -HUP $PPID; exit 3"));
    CHECK_FALSE(end.forwarded);
    CHECK(end.exit_code == 3);
}

TEST_CASE("the end of a child is seen by who was started without SIGCHLD") {
    const Disposition ignored(SIGCHLD, SIG_IGN);
    take_signals();
    CHECK(run(shell("exit 4")).exit_code == 4);
}

TEST_CASE("a second interrupt kills") {
    const Disposition heard(SIGINT, SIG_DFL);
    const ProcessSpec spec =
        shell("trap 'kill -INT $PPID' INT; kill -INT $PPID; while :; do :; done");
    const ProcessEnd end = run(spec);
    CHECK(end.forwarded == SIGINT);
    CHECK(end.signal == SIGKILL);
}

TEST_CASE("who is asked to end again and again gets no more time for it") {
    const Disposition heard(SIGTERM, SIG_DFL);
    ProcessSpec spec = shell("trap '' TERM; while :; do kill -TERM $PPID; sleep 0.05; done");
    spec.grace = Seconds(0.3);
    const ProcessEnd end = run(spec);
    CHECK(end.forwarded == SIGTERM);
    CHECK(end.signal == SIGKILL);
}

TEST_CASE("who has stopped itself hears that it is to end") {
    const Disposition heard(SIGTERM, SIG_DFL);
    const ProcessEnd end =
        run(shell("trap 'exit 42' TERM; (sleep 0.1; kill -TERM $PPID) & kill -STOP $$; "
                  "while :; do :; done"));
    CHECK(end.forwarded == SIGTERM);
    CHECK(end.exit_code == 42);
}

TEST_CASE("no descriptor is left open by a run") {
    const auto open_descriptors = [] {
        return std::distance(
            std::filesystem::directory_iterator("/proc/self/fd"),
            std::filesystem::directory_iterator()
        );
    };
    run(shell("true"));
    const auto before = open_descriptors();
    run(shell("exit 1"));
    CHECK(open_descriptors() == before);
}
