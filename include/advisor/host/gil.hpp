#pragma once

// The state of a CPython interpreter's global lock, read from outside: whether it is held, and by
// whom it was taken last. Costs one read of remote memory, about 1 us; the interpreter does not
// notice.
//
// A free-threaded interpreter has none. There, one thread is looked at: it is attached to the
// interpreter at the same moments at which it would hold the GIL (PEP 703, "Thread states").
//
// The words are members of the runtime, `_PyRuntime`, which every build of CPython exports, be it
// a shared library or a static and stripped executable. Where in it they lie,
// - 3.9 to 3.12 do not say: a table of byte offsets for x86-64, computed from the headers
// of 3.9.18,
//   3.10.13, 3.11.7 and 3.12.1. The words stand before any type of the C library.
// - 3.13 and 3.14 say in a table at the beginning of the runtime (`_Py_DebugOffsets` in
//   Include/internal/pycore_debug_offsets.h, pycore_runtime.h in 3.13), whose own layout changes
//   between minor versions.
// Any other version is refused. That the right words were found must still be tested
// (measure/gil_self_test.hpp): a vendor may have patched a structure.

#include <advisor/base/result.hpp>
#include <advisor/host/memory_reader.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace advisor {

class Gil {
public:
    /// `maps` is /proc/<pid>/maps of the process behind `memory`, which must outlive the result.
    /// `version` of the interpreter ("3.11.7") is asked only before 3.11, which do not say it.
    /// `thread`: the kernel's id of that to be looked at where there is no GIL.
    [[nodiscard]] static Result<Gil>
    find(const MemoryReader& memory, std::string_view maps, std::string_view version, int thread);

    /// Whether the words of this version ("3.11.7") can be found here; empty: it may be.
    [[nodiscard]] static bool is_known(std::string_view version);

    /// Free-threaded: whether the thread is attached. Nothing if it cannot be read, or there is
    /// none yet.
    [[nodiscard]] std::optional<bool> is_held() const;

    /// The kernel's id of the thread that holds it, or held it last; only from 3.11 on, and not of
    /// a free-threaded interpreter.
    [[nodiscard]] std::optional<int> last_holder() const;

    [[nodiscard]] bool is_free_threaded() const { return status_ != 0; }

private:
    explicit Gil(const MemoryReader& memory)
        : memory_(&memory) {}

    friend class GilFinder;

    /// Of the thread with this state.
    [[nodiscard]] std::optional<int> native_id_of(std::uint64_t state) const;

    const MemoryReader* memory_;
    std::uint64_t locked_ = 0;  ///< address of an int: 1 held, 0 free, -1 before there is one
    std::uint64_t holder_ = 0;  ///< address of a pointer to a thread's state
    std::uint64_t status_ = 0;  ///< address of flags of the thread, of a free-threaded build only
    std::optional<std::uint64_t> native_id_at_;  ///< offset in a thread's state
};

}  // namespace advisor
