#include "advisor/store/record_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "store/byte_reader.hpp"

namespace advisor {

namespace {

constexpr std::size_t k_header_bytes = 8;
constexpr std::uint32_t k_longest_frame = 64U << 20U;
constexpr std::size_t k_schedstat_bytes = 56;
constexpr unsigned k_was_xfail = 1;
constexpr unsigned k_is_subtest = 2;
constexpr unsigned k_first_fixture_step = 4;
constexpr unsigned k_last_fixture_step = 7;

enum Kind : std::uint16_t {
    padding = 0,
    fact = 1,
    fixture = 2,
    item = 3,
    need = 4,
    points = 5,
    failed = 6,
    holdings = 7,
    gil = 8,
    alone = 9,
    first_session_mark = 16,
    last_session_mark = 20,
    counters = 32,
    first_fixture_mark = 48,
    last_fixture_mark = 51,
};

Mark mark_of(ByteReader& bytes) {
    Mark mark;
    mark.wall_ns = bytes.number<std::uint64_t>();
    mark.thread_cpu_ns = bytes.number<std::uint64_t>();
    mark.process_cpu_ns = bytes.number<std::uint64_t>();
    mark.thread_user_s = bytes.number<double>();
    mark.thread_sys_s = bytes.number<double>();
    mark.max_rss_kib = bytes.number<std::uint64_t>();
    mark.major_faults = bytes.number<std::uint64_t>();
    mark.voluntary_switches = bytes.number<std::uint64_t>();
    mark.involuntary_switches = bytes.number<std::uint64_t>();
    mark.children_user_s = bytes.number<double>();
    mark.children_sys_s = bytes.number<double>();
    const std::string schedstat = bytes.text(k_schedstat_bytes);
    if (!schedstat.empty()) {
        const auto length = static_cast<unsigned char>(schedstat.front());
        mark.run_delay_ns = run_delay_in(std::string_view(schedstat).substr(1, length));
    }
    return mark;
}

RunFact fact_of(ByteReader& bytes) {
    const auto name = bytes.number<std::uint32_t>();
    const auto value = bytes.number<std::uint32_t>();
    RunFact record;
    record.name = bytes.text(name);
    record.value = bytes.text(value);
    return record;
}

FixtureDefined fixture_of(ByteReader& bytes) {
    FixtureDefined record;
    record.definition = bytes.number<std::uint32_t>();
    record.value.scope = bytes.enumerator<Scope>(bytes.number<std::uint32_t>(), Scope::session);
    const auto name = bytes.number<std::uint32_t>();
    const auto base_id = bytes.number<std::uint32_t>();
    record.value.name = bytes.text(name);
    record.value.base_id = bytes.text(base_id);
    return record;
}

ItemCollected item_of(ByteReader& bytes) {
    ItemCollected record;
    record.test = bytes.number<std::uint32_t>();
    const auto module_length = bytes.number<std::uint32_t>();
    const auto class_length = bytes.number<std::uint32_t>();
    const auto uses = bytes.number<std::uint32_t>();
    const auto groups = bytes.number<std::uint32_t>();
    const auto id = bytes.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < uses && bytes.good(); ++i) {
        FixtureUse use;
        use.fixture = {bytes.number<std::uint32_t>()};
        use.parameter = bytes.number<std::uint32_t>();
        record.uses.push_back(use);
    }
    ByteReader names(bytes.view(groups));
    while (!names.at_end() && names.good()) {
        record.groups.push_back(names.text(names.number<std::uint32_t>()));
    }
    record.id = bytes.text(id);
    bytes.require(names.good());
    // A plugin may give an item an id that does not begin with its module's.
    record.module_length = module_length <= record.id.size() ? module_length : 0;
    record.class_length = class_length <= record.id.size() ? class_length : 0;
    return record;
}

FixtureNeeded need_of(ByteReader& bytes) {
    FixtureNeeded record;
    record.test = bytes.number<std::uint32_t>();
    record.use.fixture = {bytes.number<std::uint32_t>()};
    record.use.parameter = bytes.number<std::uint32_t>();
    return record;
}

TestAlone alone_of(ByteReader& bytes) {
    TestAlone record;
    record.test = bytes.number<std::uint32_t>();
    record.because = bytes.text(bytes.number<std::uint32_t>());
    return record;
}

HoldingsCounted holdings_of(ByteReader& bytes) {
    constexpr std::uint32_t k_most = 1U << 30U;  // differences of two must not overflow
    const auto count = [&] {
        return static_cast<std::int32_t>(std::min(bytes.number<std::uint32_t>(), k_most));
    };
    HoldingsCounted record;
    record.since = bytes.number<std::uint32_t>();
    record.counts.threads = count();
    record.counts.descriptors = count();
    record.counts.children = count();
    return record;
}

GilCounted gil_of(ByteReader& bytes) {
    GilCounted record;
    record.held_ns = bytes.number<std::uint64_t>();
    record.idle_ns = bytes.number<std::uint64_t>();
    record.releases = bytes.number<std::uint64_t>();
    return record;
}

TestPoint point_of(ByteReader& bytes) {
    TestPoint record;
    record.step = bytes.enumerator<Step>(bytes.number<std::uint8_t>(), Step::reported);
    record.phase = bytes.enumerator<Phase>(bytes.number<std::uint8_t>(), Phase::teardown);
    record.outcome =
        bytes.enumerator<ReportedOutcome>(bytes.number<std::uint8_t>(), ReportedOutcome::rerun);
    const unsigned flags = bytes.number<std::uint8_t>();
    record.was_xfail = (flags & k_was_xfail) != 0;
    record.is_subtest = (flags & k_is_subtest) != 0;
    record.test = bytes.number<std::uint32_t>();
    record.wall_ns = bytes.number<std::uint64_t>();
    record.thread_cpu_ns = bytes.number<std::uint64_t>();
    return record;
}

/// Bit 1 of an edge in a frame: of the tear-down; bit 0: its end.
FixtureSpan span_in(unsigned edge) {
    return (edge & 2U) == 0 ? FixtureSpan::setup : FixtureSpan::teardown;
}

Edge edge_in(unsigned edge) {
    return (edge & 1U) == 0 ? Edge::begin : Edge::end;
}

FunctionFixturePoint function_fixture_point_of(ByteReader& bytes) {
    constexpr std::uint32_t k_no_parameter = 0xffffff;
    const auto word = bytes.number<std::uint32_t>();
    const unsigned edge = (word & 0xffU) - k_first_fixture_step;
    const std::uint32_t parameter = word >> 8U;
    FunctionFixturePoint record;
    record.span = span_in(edge);
    record.edge = edge_in(edge);
    record.use.fixture = {bytes.number<std::uint32_t>()};
    record.use.parameter = parameter == k_no_parameter ? FixtureUse::k_no_parameter : parameter;
    record.wall_ns = bytes.number<std::uint64_t>();
    record.thread_cpu_ns = bytes.number<std::uint64_t>();
    return record;
}

Record any_point_of(ByteReader& bytes) {
    const unsigned step = ByteReader(bytes).number<std::uint8_t>();
    if (step >= k_first_fixture_step && step <= k_last_fixture_step) {
        return function_fixture_point_of(bytes);
    }
    return point_of(bytes);
}

Record mark_record(std::uint16_t kind, ByteReader& bytes) {
    const auto test = bytes.number<std::uint32_t>();
    const auto a = bytes.number<std::uint32_t>();
    const auto b = bytes.number<std::uint32_t>();
    const auto c = bytes.number<std::uint32_t>();
    const Mark at = mark_of(bytes);
    if (kind <= last_session_mark) {
        const auto point = static_cast<SessionPoint>(kind - first_session_mark);
        return SessionMark{point, a, at};
    }
    if (kind == counters) {
        return CountersMark{at, {a, std::uint64_t{b} * 1000}};
    }
    const unsigned edge = kind - first_fixture_mark;
    return FixtureMark{test, a, span_in(edge), edge_in(edge), FixtureUse{{b}, c}, at};
}

std::optional<Record> record_of(std::uint16_t kind, ByteReader& bytes) {
    switch (kind) {
    case fact: return fact_of(bytes);
    case fixture: return fixture_of(bytes);
    case item: return item_of(bytes);
    case need: return need_of(bytes);
    case alone: return alone_of(bytes);
    case holdings: return holdings_of(bytes);
    case gil: return gil_of(bytes);
    case failed: {
        const std::string text = bytes.text(bytes.left());
        return RecorderFailed{text.substr(0, text.find('\0'))};
    }
    default: break;
    }
    const bool is_mark = (kind >= first_session_mark && kind <= last_session_mark)
                         || kind == counters
                         || (kind >= first_fixture_mark && kind <= last_fixture_mark);
    if (!is_mark) {
        return std::nullopt;
    }
    return mark_record(kind, bytes);
}

/// Adds what a frame holds; nothing, and false, if it does not hold what its kind says.
bool add_records(std::uint16_t kind, ByteReader& bytes, std::vector<Record>& records) {
    if (kind == padding) {
        return true;
    }
    std::vector<Record> added;
    if (kind == points) {
        while (!bytes.at_end()) {
            added.push_back(any_point_of(bytes));
        }
    } else if (std::optional<Record> record = record_of(kind, bytes)) {
        added.push_back(std::move(*record));
    }
    if (!bytes.good() || added.empty()) {
        return false;
    }
    std::move(added.begin(), added.end(), std::back_inserter(records));
    return true;
}

}  // namespace

std::optional<std::uint64_t> run_delay_in(std::string_view text) {
    std::array<std::uint64_t, 3> fields{};
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    for (std::uint64_t& field : fields) {
        while (at != end && *at == ' ') {
            ++at;
        }
        const auto [rest, problem] = std::from_chars(at, end, field);
        if (problem != std::errc{}) {
            return std::nullopt;
        }
        at = rest;
    }
    return fields[1];
}

std::vector<Record> RecordDecoder::feed(std::string_view bytes) {
    if (!bad_because_.empty()) {
        skipped_ += bytes.size();
        return {};
    }
    pending_.append(bytes);
    std::vector<Record> records;
    std::string_view rest = pending_;
    while (bad_because_.empty() && rest.size() >= k_header_bytes) {
        ByteReader header(rest.substr(0, k_header_bytes));
        const auto size = header.number<std::uint32_t>();
        const auto kind = header.number<std::uint16_t>();
        const auto sequence = header.number<std::uint16_t>();
        if (size < k_header_bytes || size % k_header_bytes != 0 || size > k_longest_frame) {
            bad_because_ = fmt::format("a frame of {} bytes", size);
        } else if (sequence != sequence_) {
            bad_because_ = fmt::format("frame {} where {} is due", sequence, sequence_);
        } else if (size > rest.size()) {
            break;
        } else {
            ByteReader payload(rest.substr(k_header_bytes, size - k_header_bytes));
            if (!add_records(kind, payload, records)) {
                bad_because_ = fmt::format("a frame of kind {} that makes no sense", kind);
                break;
            }
            rest.remove_prefix(size);
            position_ += size;
            ++sequence_;
        }
    }
    pending_.erase(0, pending_.size() - rest.size());
    return records;
}

std::optional<Error> RecordDecoder::error() const {
    if (bad_because_.empty()) {
        return std::nullopt;
    }
    return Error{
        ErrorKind::suite_failed,
        "cannot read the recording to its end",
        fmt::format("{} at byte {}; {} bytes were not read", bad_because_, position_, unread()),
        "a test seems to write into memory that it does not own"};
}

}  // namespace advisor
