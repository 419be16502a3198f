#include "advisor/measure/recover_profile.hpp"

#include <advisor/store/record_stream.hpp>
#include <advisor/store/recording.hpp>

#include <utility>

#include "measure/profile_builder.hpp"

namespace advisor {

namespace {

constexpr const char* k_killed = "advisor was killed";

/// What only the process knew that was killed.
void name_lost(RunFacts& facts) {
    facts.samples = SampleLog();
    facts.samples->no_gil_because = facts.samples->no_waits_because = k_killed;
    for (const char* what :
         {"the end of the run, its memory and its counters", "load by other processes"}) {
        facts.missing.push_back({what, k_killed});
    }
}

}  // namespace

Result<Profile> recover_profile(std::string_view recording, std::string_view origin) {
    auto stored = read_recording(recording, origin);
    if (!stored) {
        return tl::unexpected(stored.error());
    }
    RecordDecoder decoder;
    ProfileBuilder builder;
    builder.feed(decoder.feed(stored->frames));
    RunFacts facts = facts_of(std::move(stored->head));
    facts.damage = decoder.error();
    if (!facts.damage) {
        facts.stopped_because = k_killed;
    }
    name_lost(facts);
    return std::move(builder).finish(std::move(facts));
}

}  // namespace advisor
