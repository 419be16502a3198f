#include "advisor/measure/profile_suite.hpp"

#include <advisor/dialect/plugins.hpp>
#include <advisor/host/clock.hpp>
#include <advisor/host/gil.hpp>
#include <advisor/host/guard.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/host/memory_reader.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/host/shared_ring.hpp>
#include <advisor/store/record_stream.hpp>

#include <fmt/format.h>

#include <csignal>

#include "measure/profile_builder.hpp"
#include "measure/sampler.hpp"

namespace advisor {

namespace {

std::string_view name_of(RunStage stage) {
    switch (stage) {
    case RunStage::starting:
    case RunStage::configuring: return "starting";
    case RunStage::collecting: return "collecting";
    case RunStage::testing: return "testing";
    case RunStage::finishing:
    case RunStage::ended: return "finishing";
    }
    return "";
}

/// Nobody but the suite has the memory; in it, what was recorded before is good.
Error overwritten(const std::string& seen) {
    return {
        ErrorKind::suite_failed,
        "the suite wrote over its recording",
        fmt::format(
            "a test, or what it calls, wrote into memory that advisor shares with pytest ({})", seen
        ),
        "begin with the test that the profile has last: with its use of ctypes, cffi, mmap or an "
        "extension module"};
}

/// The recording of one run: what the ring brings goes into the file, where there is one, and
/// through the decoder into the builder.
class Recording {
public:
    Recording(
        SharedRing ring,
        std::optional<RecordingFile> file,
        const std::function<void(const ProfileProgress&)>& progress
    )
        : ring_(std::move(ring)),
          file_(std::move(file)),
          progress_(progress) {}

    /// Where the suite wrote over the header, the writer mostly mends it by its next record: what
    /// cannot be read now may be read later, and what is not the writer's the decoder finds out.
    void drain() {
        const auto bytes = ring_.written_since(position_);
        if (!bytes) {
            damage_ = bytes.error();
            return;
        }
        damage_.reset();
        keep(*bytes);
        position_ += bytes->size();
        ring_.release(position_);
        builder_.feed(decoder_.feed(*bytes));
    }

    /// In a process that outlived this one and the suite: keeps what nobody took out of the ring.
    void rescue() {
        if (!file_ || is_full_) {
            return;
        }
        if (const auto bytes = ring_.written_since(file_->length())) {
            static_cast<void>(file_->append(*bytes));  // a part is better than nothing
        }
        if (file_->length() == 0) {
            file_->remove();
        }
    }

    void discard() {
        if (file_) {
            file_->remove();
        }
    }

    void tell(std::int64_t began_ns) {
        if (!progress_) {
            return;
        }
        const std::int64_t now = monotonic_ns();
        const RunStage stage = builder_.stage();
        if (stage == RunStage::testing && testing_ns_ == 0) {
            testing_ns_ = now;
        }
        progress_(
            {name_of(stage),
             builder_.collected(),
             builder_.started(),
             builder_.failed(),
             between_ns(began_ns, now),
             stage == RunStage::testing ? remaining(now) : std::nullopt}
        );
    }

    [[nodiscard]] const SharedRing& ring() const { return ring_; }

    [[nodiscard]] ProfiledSuite finish(RunFacts facts, std::string output) && {
        const std::optional<Error> seen = damage_ ? damage_ : decoder_.error();
        if (seen) {
            facts.damage = overwritten(seen->because);
        } else if (!ring_.is_intact()) {
            facts.damage = overwritten("its header changed; whether records got lost is not known");
        } else {
            facts.dropped = ring_.dropped();
        }
        const bool while_collecting = builder_.stage() == RunStage::collecting;
        return {
            .profile = std::move(builder_).finish(std::move(facts)),
            .output = std::move(output),
            .while_collecting = while_collecting,
            .kept = std::move(file_)};
    }

private:
    /// A full disk costs what comes after it in the file, and nothing else.
    void keep(std::string_view bytes) {
        is_full_ = is_full_ || (file_ && !bytes.empty() && !file_->append(bytes));
    }

    /// Not before there is something to go by.
    [[nodiscard]] std::optional<Seconds> remaining(std::int64_t now) const {
        constexpr Seconds k_least{2};
        const Seconds passed = between_ns(testing_ns_, now);
        const std::size_t started = builder_.started();
        if (passed < k_least || started < 2) {
            return std::nullopt;
        }
        const auto ended = static_cast<double>(started - 1);
        return passed * ((static_cast<double>(builder_.collected()) - ended) / ended);
    }

    SharedRing ring_;
    std::uint64_t position_ = 0;  ///< in the ring, and the length of the file
    std::optional<RecordingFile> file_;
    bool is_full_ = false;         ///< nothing more is written to it
    std::int64_t testing_ns_ = 0;  ///< when that was seen first
    RecordDecoder decoder_;
    ProfileBuilder builder_;
    std::optional<Error> damage_;  ///< why nothing can be read at the moment
    const std::function<void(const ProfileProgress&)>& progress_;
};

ProcessSpec spec_of(
    const Suite& suite,
    const ProfileOptions& options,
    const PrivateDirectory& place,
    const PluginLoading& recorder
) {
    ProcessSpec spec;
    spec.argv = suite.command.words();
    spec.argv.insert(spec.argv.end(), recorder.words.begin(), recorder.words.end());
    spec.directory = suite.directory;
    spec.environment = {recorder.variable};
    if (!options.peaks) {
        spec.environment.emplace_back("ADVISOR_RECORDER_NO_PEAKS", "1");
    }
    spec.path_entries = {{"PYTHONPATH", place.path(), recorder.keep_as}};
    spec.input = Stream::discard;
    spec.output = options.output;
    spec.error = options.output == Stream::capture ? Stream::with_output : Stream::inherit;
    spec.capture_limit = Bytes(256 << 10);
    spec.deadline = options.deadline;
    return spec;
}

/// Whether to count the GIL, and why if nobody asked for it.
struct GilPlan {
    bool counts = false;
    std::string because;
};

GilPlan gil_plan(GilReading reading, const Interpreter& interpreter) {
    if (reading != GilReading::automatic || interpreter.implementation != "cpython") {
        return {reading == GilReading::exact, ""};
    }
    if (!Gil::is_known(interpreter.version)) {
        return {
            true, fmt::format("its place is not known for CPython {} here", interpreter.version)};
    }
    if (!can_read_children()) {
        return {true, "this machine does not permit to read the memory of a child"};
    }
    return {};
}

void preload(const GilCounter& counter, const PrivateDirectory& place, ProcessSpec& spec) {
    spec.environment.emplace_back(counter.variable);
    spec.path_entries.push_back(
        {"LD_PRELOAD",
         fmt::format("{}/{}", place.path(), counter.name),
         counter.keep_as,
         PathEntry::At::back}
    );
}

Status put_plugin(const PluginLoading& plugin, const PrivateDirectory& place) {
    std::vector<PluginFile> files = plugin.modules;
    files.push_back(plugin.file);
    for (const PluginFile& file : files) {
        if (Status written = place.put(file.name, file.text); !written) {
            return written;
        }
    }
    return {};
}

std::string stopped_because(const ProcessEnd& end, Seconds deadline) {
    if (end.timed_out) {
        return fmt::format("the deadline of {:g} s passed", deadline.value());
    }
    if (end.forwarded) {
        return end.forwarded == SIGINT ? "it was interrupted"
                                       : fmt::format("advisor got signal {}", *end.forwarded);
    }
    return "";
}

RecordingHead head_of(const Suite& suite, const Instruments& instruments) {
    RecordingHead head;
    head.command = suite.command.words();
    head.directory = suite.directory;
    head.started_utc = utc_now();
    head.host = discover_host(instruments.files);
    head.host.rung = instruments.counters.ability().rung;
    head.interpreter = suite.interpreter;
    head.missing = instruments.counters.ability().missing;
    head.exec_ns = static_cast<std::uint64_t>(monotonic_ns());
    return head;
}

std::optional<RecordingFile> file_for(const RecordingHead& head, const std::string& prefix) {
    auto file = prefix.empty() ? tl::unexpected(Error()) : RecordingFile::create(prefix, head);
    // Nothing is lost without it unless this process is killed.
    return file ? std::optional(std::move(*file)) : std::nullopt;
}

void name_missing_pressure(RunFacts& facts) {
    if (!facts.disturbance.pressure) {
        facts.missing.push_back({"pressure on the machine", "its kernel does not tell it"});
    } else if (!facts.disturbance.own_pressure) {
        facts.missing.push_back(
            {"pressure by others",
             "the suite is in the root cgroup, so that its own is not told apart"}
        );
    }
}

RunFacts facts_of(RecordingHead head, const ProcessEnd& end, Seconds deadline) {
    RunFacts facts = facts_of(std::move(head));
    facts.exec_ns = static_cast<std::uint64_t>(end.exec_ns);
    facts.exit_ns = static_cast<std::uint64_t>(end.exit_ns);
    facts.exit_code = end.exit_code;
    facts.signal = end.signal;
    facts.usage = {
        end.cpu_user,
        end.cpu_sys,
        end.peak_rss,
        end.voluntary_switches,
        end.involuntary_switches,
        end.major_faults};
    facts.stopped_because = stopped_because(end, deadline);
    if (end.stopped > Seconds(0)) {
        facts.missing.push_back(
            {"time while stopped",
             fmt::format(
                 "the run was stopped for {:.1f} s, which its wall time contains",
                 end.stopped.value()
             )}
        );
    }
    return facts;
}

}  // namespace

Result<ProfiledSuite>
profile_suite(const Suite& suite, const Instruments& instruments, const ProfileOptions& options) {
    auto place = PrivateDirectory::create();
    auto ring = SharedRing::create();
    if (!place || !ring) {
        return tl::unexpected(!place ? place.error() : ring.error());
    }
    const PluginLoading recorder = load_recorder(ring->path());
    if (const Status written = put_plugin(recorder, *place); !written) {
        return tl::unexpected(written.error());
    }
    const GilPlan gil = gil_plan(options.gil, suite.interpreter);
    ProcessSpec spec = spec_of(suite, options, *place, recorder);
    if (gil.counts) {
        const GilCounter counter = gil_counter(ring->path());
        if (const Status written = place->put(counter.name, counter.bytes); !written) {
            return tl::unexpected(written.error());
        }
        preload(counter, *place, spec);
    }
    RecordingHead head = head_of(suite, instruments);
    Recording recording(std::move(*ring), file_for(head, options.keep_as), options.progress);
    const Guard guard([&](int) { recording.rescue(); });
    std::unique_ptr<Counting> counting;  // before the sampler, whose thread reads it
    Sampler sampler(recording.ring(), instruments.files, suite.interpreter.version, options.gil);
    const std::int64_t began_ns = monotonic_ns();
    ProcessWatch watch;
    int started = 0;
    watch.before_exec = [&](int pid) {
        started = pid;
        counting = instruments.counters.attach(pid);
        sampler.start(counting.get());
    };
    std::optional<std::uint32_t> cores;
    watch.while_running = [&](int) {
        if (const int pid = recording.ring().writer().pid; pid != 0 && !cores) {
            cores = allowed_cores(instruments.files, pid);
        }
        recording.drain();
        recording.tell(began_ns);
    };
    const Seconds own_before = own_cpu_time();
    const MachineTimes before = machine_times(instruments.files);
    auto end = instruments.launcher.run(spec, watch);
    if (!end) {
        recording.discard();
        return tl::unexpected(end.error());
    }
    const MachineTimes after = machine_times(instruments.files);
    RunFacts facts = facts_of(std::move(head), *end, options.deadline);
    const SharedRing::Writer writer = recording.ring().writer();
    if (writer.pid == started && writer.tid == started) {  // else a launcher was between us
        facts.run_delay_ns = run_delay_in(end->schedstat);
    }
    facts.samples = sampler.stop();
    if (cores && *cores < facts.host.cores_allowed) {
        facts.host.cores_of_suite = cores;
    }
    facts.restarts_peaks = options.peaks;
    facts.counts_gil = gil.counts;
    facts.counts_because = gil.because;
    facts.disturbance = disturbance_between(
        before,
        after,
        between_ns(began_ns, monotonic_ns()),
        end->cpu() + own_cpu_time() - own_before,
        facts.host.cores_online
    );
    name_missing_pressure(facts);
    facts.counters = counting ? counting->read() : std::vector<RunCounter>{};
    ProfiledSuite profiled = std::move(recording).finish(std::move(facts), std::move(end->output));
    profiled.interrupted = end->forwarded.has_value();
    profiled.timed_out = end->timed_out;
    profiled.profile.run.ended = std::move(end->left_behind);
    return profiled;
}

}  // namespace advisor
