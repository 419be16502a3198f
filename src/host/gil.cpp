#include "advisor/host/gil.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "host/dynamic_symbols.hpp"

namespace advisor {

namespace {

/// With this the table of offsets begins.
constexpr std::array<char, 8> k_cookie{'x', 'd', 'e', 'b', 'u', 'g', 'p', 'y'};

/// Byte offsets of a version that does not tell them.
struct FixedLayout {
    int minor;
    std::uint64_t locked;
    std::uint64_t holder;
    std::optional<std::uint64_t> native_id;
    std::uint64_t interpreter;  ///< in the runtime; 0: the lock is in the runtime itself
    std::uint64_t gil;          ///< in the interpreter, a pointer
};

constexpr std::array<FixedLayout, 4> k_fixed{
    FixedLayout{9, 368, 360, std::nullopt, 0, 0},
    FixedLayout{10, 368, 360, std::nullopt, 0, 0},
    FixedLayout{11, 376, 368, 160, 0, 0},
    FixedLayout{12, 16, 8, 144, 40, 384},
};

/// Byte positions in `_Py_DebugOffsets`, at each of which a u64 stands.
struct DebugTable {
    int minor;
    std::uint64_t locked;
    std::uint64_t holder;
    std::uint64_t next_thread;
    std::uint64_t native_id;
    std::uint64_t status;
};

constexpr std::uint64_t k_version_at = 8;
constexpr std::uint64_t k_free_threaded_at = 16;
constexpr std::uint64_t k_first_interpreter_at = 40;
constexpr std::uint64_t k_first_thread_at = 72;

constexpr std::array<DebugTable, 2> k_tables{
    DebugTable{13, 136, 144, 168, 200, 216},
    DebugTable{14, 144, 152, 192, 224, 240},
};

/// `active` in the status of a thread's state (Include/cpython/pystate.h): set by attaching, reset
/// by detaching.
constexpr std::uint32_t k_active = 1U << 4U;

/// A longer list of threads is none.
constexpr int k_most_threads = 10'000;

/// No structure of the interpreter is larger; guards against a table that is none.
constexpr std::uint64_t k_largest = 1U << 24U;

#if defined(__x86_64__)
constexpr bool k_has_fixed_layouts = true;
#else
constexpr bool k_has_fixed_layouts = false;
#endif

tl::unexpected<Error> unknown(std::string because) {
    return fail(
        ErrorKind::environment, "cannot find the GIL of the interpreter", std::move(because)
    );
}

/// Where the beginnings of files are mapped, those of a shared libpython first.
std::vector<std::uint64_t> images_in(std::string_view maps) {
    std::vector<std::uint64_t> libraries;
    std::vector<std::uint64_t> others;
    while (!maps.empty()) {
        const std::string_view line = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(maps.size(), line.size() + 1));
        // "7f12a000-7f12b000 r--p 00000000 08:01 131 /usr/lib/libpython3.11.so.1.0"
        std::uint64_t begin = 0;
        std::from_chars(line.data(), line.data() + line.size(), begin, 16);
        const std::size_t path = line.find('/');
        if (begin == 0 || path == std::string_view::npos
            || line.find(" 00000000 ") == std::string_view::npos) {
            continue;
        }
        const bool library = line.find("libpython", path) != std::string_view::npos;
        (library ? libraries : others).push_back(begin);
    }
    libraries.insert(libraries.end(), others.begin(), others.end());
    return libraries;
}

/// 11 of "3.11.7"; nothing if it is no version of Python 3.
std::optional<int> minor_of(std::string_view version) {
    int minor = 0;
    if (version.substr(0, 2) != "3.") {
        return std::nullopt;
    }
    const std::string_view rest = version.substr(2);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), minor);
    return error == std::errc() ? std::optional(minor) : std::nullopt;
}

}  // namespace

class GilFinder {
public:
    GilFinder(const MemoryReader& memory, std::uint64_t runtime)
        : memory_(memory),
          runtime_(runtime),
          gil_(memory) {}

    [[nodiscard]] Result<Gil> by_offsets(int minor) {
        const auto layout =
            std::find_if(k_fixed.begin(), k_fixed.end(), [&](const FixedLayout& each) {
                return each.minor == minor;
            });
        if (layout == k_fixed.end() || !k_has_fixed_layouts) {
            return unknown(fmt::format("its place is not known for CPython 3.{} here", minor));
        }
        std::uint64_t base = runtime_;
        if (layout->interpreter != 0) {
            const auto interpreter = pointer(runtime_ + layout->interpreter);
            const auto gil = interpreter ? pointer(*interpreter + layout->gil) : std::nullopt;
            if (!gil) {
                return unknown("the interpreter is not ready");
            }
            base = *gil;
        }
        gil_.locked_ = base + layout->locked;
        gil_.holder_ = base + layout->holder;
        gil_.native_id_at_ = layout->native_id;
        return gil_;
    }

    [[nodiscard]] Result<Gil> by_table(int thread) {
        const auto version = pointer(runtime_ + k_version_at);
        const int minor = version ? static_cast<int>(*version >> 16U & 0xffU) : 0;
        const auto table =
            std::find_if(k_tables.begin(), k_tables.end(), [&](const DebugTable& each) {
                return each.minor == minor;
            });
        if (table == k_tables.end()) {
            return unknown(fmt::format("its place is not known for CPython 3.{}", minor));
        }
        const auto head = offset(k_first_interpreter_at);
        const std::uint64_t interpreter = head ? pointer(runtime_ + *head).value_or(0) : 0;
        const auto locked = offset(table->locked);
        const auto holder = offset(table->holder);
        const auto native_id = offset(table->native_id);
        const bool has_gil =
            value_at<std::uint64_t>(memory_, runtime_ + k_free_threaded_at).value_or(0) == 0;
        if (interpreter == 0 || !locked || !holder || !native_id) {
            return unknown("the interpreter's table of offsets makes no sense");
        }
        gil_.locked_ = interpreter + *locked;
        gil_.holder_ = interpreter + *holder;
        gil_.native_id_at_ = native_id;
        if (!has_gil) {
            const auto state = state_of(thread, interpreter, *table);
            const auto status = offset(table->status);
            if (!state || !status) {
                return unknown("the free-threaded interpreter does not know the thread of tests");
            }
            gil_.status_ = *state + *status;
        }
        return gil_;
    }

private:
    /// Where the state of the thread lies.
    [[nodiscard]] std::optional<std::uint64_t>
    state_of(int thread, std::uint64_t interpreter, const DebugTable& table) const {
        const auto head = offset(k_first_thread_at);
        const auto next = offset(table.next_thread);
        if (!head || !next) {
            return std::nullopt;
        }
        auto state = pointer(interpreter + *head);
        for (int i = 0; state && i < k_most_threads; ++i) {
            if (gil_.native_id_of(*state) == thread) {
                return state;
            }
            state = pointer(*state + *next);
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::uint64_t> pointer(std::uint64_t address) const {
        const auto value = value_at<std::uint64_t>(memory_, address);
        return value && *value != 0 ? value : std::nullopt;
    }

    [[nodiscard]] std::optional<std::uint64_t> offset(std::uint64_t position) const {
        const auto value = pointer(runtime_ + position);
        return value && *value < k_largest ? value : std::nullopt;
    }

    const MemoryReader& memory_;
    std::uint64_t runtime_;
    Gil gil_;
};

Result<Gil>
Gil::find(const MemoryReader& memory, std::string_view maps, std::string_view version, int thread) {
    const std::vector<std::uint64_t> images = images_in(maps);
    if (images.empty()) {
        return unknown("its memory map cannot be read");
    }
    std::byte probe{};
    if (memory.read(images.front(), std::span(&probe, 1)) == MemoryRead::denied) {
        return unknown("this machine does not permit to read the memory of a child");
    }
    for (const std::uint64_t image : images) {
        const auto runtime = dynamic_symbol(memory, image, "_PyRuntime");
        if (!runtime) {
            continue;
        }
        GilFinder finder(memory, *runtime);
        if (value_at<std::array<char, 8>>(memory, *runtime) == k_cookie) {
            return finder.by_table(thread);
        }
        const auto own = dynamic_symbol(memory, image, "Py_Version");
        const auto number = own ? value_at<std::uint64_t>(memory, *own) : std::nullopt;
        const auto minor =
            number ? std::optional(static_cast<int>(*number >> 16U & 0xffU)) : minor_of(version);
        if (!minor) {
            return unknown("the interpreter does not say its version");
        }
        return finder.by_offsets(*minor);
    }
    return unknown("none of its files exports the runtime of CPython");
}

bool Gil::is_known(std::string_view version) {
    const auto minor = minor_of(version);
    const auto is_of = [&](const auto& layout) { return layout.minor == *minor; };
    return !minor || std::any_of(k_tables.begin(), k_tables.end(), is_of)
           || (k_has_fixed_layouts && std::any_of(k_fixed.begin(), k_fixed.end(), is_of));
}

std::optional<bool> Gil::is_held() const {
    if (status_ != 0) {
        const auto status = value_at<std::uint32_t>(*memory_, status_);
        return status ? std::optional((*status & k_active) != 0) : std::nullopt;
    }
    const auto locked = value_at<std::int32_t>(*memory_, locked_);
    if (!locked || *locked < 0) {
        return std::nullopt;
    }
    return *locked != 0;
}

std::optional<int> Gil::last_holder() const {
    if (is_free_threaded()) {
        return std::nullopt;
    }
    const auto state = value_at<std::uint64_t>(*memory_, holder_).value_or(0);
    return state != 0 ? native_id_of(state) : std::nullopt;
}

std::optional<int> Gil::native_id_of(std::uint64_t state) const {
    const auto id =
        native_id_at_ ? value_at<std::uint64_t>(*memory_, state + *native_id_at_) : std::nullopt;
    return id ? std::optional(static_cast<int>(*id & 0x7fffffffU)) : std::nullopt;
}

}  // namespace advisor
