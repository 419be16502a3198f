#include "host/spawn.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <string_view>

#include "host/inherited_signals.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared here

namespace advisor {

namespace {

struct Pipe {
    Descriptor read;
    Descriptor write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(ErrorKind::environment, "cannot make a pipe", std::strerror(errno));
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Like a pipe, but that a write to a child which is gone is an error and not a SIGPIPE.
Result<Pipe> make_gate() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail(ErrorKind::environment, "cannot make a socket pair", std::strerror(errno));
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Everything the child needs between fork and exec, made before the fork: after it, only
/// functions that are safe in a signal handler may be called.
struct ExecPlan {
    std::vector<std::string> environment;
    std::vector<char*> argv;
    std::vector<char*> envp;
    std::string program;  ///< a path if it was found on PATH
};

/// By name the whole entry; an empty one removes the variable.
std::map<std::string, std::string, std::less<>> changes_of(const ProcessSpec& spec) {
    std::map<std::string, std::string, std::less<>> changes;
    for (const auto& [name, value] : spec.environment) {
        changes[name] = value ? fmt::format("{}={}", name, *value) : std::string();
    }
    for (const PathEntry& entry : spec.path_entries) {
        const char* own = ::getenv(entry.variable.c_str());
        std::string value = entry.path;
        if (own != nullptr && *own != '\0') {
            value = entry.at == PathEntry::At::front ? fmt::format("{}:{}", entry.path, own)
                                                     : fmt::format("{}:{}", own, entry.path);
        }
        changes[entry.variable] = fmt::format("{}={}", entry.variable, value);
        changes[entry.keep_as] =
            own != nullptr ? fmt::format("{}={}", entry.keep_as, own) : std::string();
    }
    return changes;
}

std::vector<std::string> merged_environment(const ProcessSpec& spec) {
    std::map<std::string, std::string, std::less<>> changes = changes_of(spec);
    std::vector<std::string> merged;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (changes.find(text.substr(0, text.find('='))) == changes.end()) {
            merged.emplace_back(text);
        }
    }
    for (auto& [name, entry] : changes) {
        if (!entry.empty()) {
            merged.push_back(std::move(entry));
        }
    }
    return merged;
}

std::string found_on_path(const std::string& program) {
    if (program.find('/') != std::string::npos) {
        return program;
    }
    const char* path = ::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    while (true) {
        const std::string_view directory = rest.substr(0, rest.find(':'));
        std::string candidate = fmt::format("{}/{}", directory.empty() ? "." : directory, program);
        if (::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
        if (directory.size() == rest.size()) {
            return program;
        }
        rest.remove_prefix(directory.size() + 1);
    }
}

ExecPlan exec_plan(const ProcessSpec& spec) {
    ExecPlan plan;
    plan.program = found_on_path(spec.argv.front());
    plan.environment = merged_environment(spec);
    for (const std::string& word : spec.argv) {
        // execve() takes pointers to writable bytes and does not write to them.
        plan.argv.push_back(const_cast<char*>(word.c_str()));
    }
    plan.argv.push_back(nullptr);
    for (std::string& entry : plan.environment) {
        plan.envp.push_back(entry.data());
    }
    plan.envp.push_back(nullptr);
    return plan;
}

/// Connects one standard stream; false leaves the reason in errno.
bool connect(Stream stream, int target, int pipe_end) {
    switch (stream) {
    case Stream::inherit: return true;
    case Stream::to_stderr: return ::dup2(STDERR_FILENO, target) >= 0;
    case Stream::with_output: return ::dup2(STDOUT_FILENO, target) >= 0;
    case Stream::capture: return ::dup2(pipe_end, target) >= 0;
    case Stream::discard: {
        const int null = ::open("/dev/null", target == STDIN_FILENO ? O_RDONLY : O_WRONLY);
        if (null < 0 || null == target) {
            return null >= 0;
        }
        const bool connected = ::dup2(null, target) >= 0;
        ::close(null);
        return connected;
    }
    }
    return false;
}

struct ChildEnds {
    int parents_gate;  ///< to be closed, or the end of the parent would not be noticed
    int gate;
    int report;
    int output;
    int error;
};

[[noreturn]] void
become(const ProcessSpec& spec, const ExecPlan& plan, const ChildEnds& ends, const sigset_t& mask) {
    ::close(ends.parents_gate);
    ::setpgid(0, 0);
    give_back_signals();
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    const bool ready = connect(spec.input, STDIN_FILENO, -1)
                       && connect(spec.output, STDOUT_FILENO, ends.output)
                       && connect(spec.error, STDERR_FILENO, ends.error)
                       && (spec.directory.empty() || ::chdir(spec.directory.c_str()) == 0);
    char go = 0;
    if (ready) {
        while (::read(ends.gate, &go, 1) < 0 && errno == EINTR) {
        }
        if (go == 0) {
            ::_exit(127);  // the parent is gone
        }
        ::execve(plan.program.c_str(), plan.argv.data(), plan.envp.data());
    }
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(ends.report, &reason, sizeof reason);
    ::_exit(127);
}

}  // namespace

Result<Spawned> spawn(const ProcessSpec& spec, const sigset_t& child_mask) {
    auto gate = make_gate();
    auto report = make_pipe();
    auto output = make_pipe();
    auto error = make_pipe();
    for (const auto* pipe : {&gate, &report, &output, &error}) {
        if (!*pipe) {
            return tl::unexpected(pipe->error());
        }
    }
    const ExecPlan plan = exec_plan(spec);
    const int pid = ::fork();
    if (pid < 0) {
        return fail(ErrorKind::environment, "cannot start a process", std::strerror(errno));
    }
    if (pid == 0) {
        become(
            spec,
            plan,
            {gate->write.get(),
             gate->read.get(),
             report->write.get(),
             output->write.get(),
             error->write.get()},
            child_mask
        );
    }
    ::setpgid(pid, pid);  // both sides, since either may be first
    Spawned child;
    child.pid = pid;
    child.gate = std::move(gate->write);
    child.report = std::move(report->read);
    if (spec.output == Stream::capture) {
        child.output = std::move(output->read);
    }
    if (spec.error == Stream::capture) {
        child.error = std::move(error->read);
    }
    return child;
}

Status release(Spawned& child, const ProcessSpec& spec) {
    const char go = 1;
    [[maybe_unused]] const auto sent = ::send(child.gate.get(), &go, 1, MSG_NOSIGNAL);
    child.gate.close();
    int reason = 0;
    ssize_t count = 0;
    do {
        count = ::read(child.report.get(), &reason, sizeof reason);
    } while (count < 0 && errno == EINTR);
    child.report.close();
    if (count <= 0) {
        return {};
    }
    ::waitpid(child.pid, nullptr, 0);
    return fail(
        ErrorKind::environment,
        fmt::format("cannot execute '{}'", spec.argv.front()),
        std::strerror(reason)
    );
}

}  // namespace advisor
