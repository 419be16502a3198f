#include <advisor/host/gil.hpp>

#include <doctest/doctest.h>

#include <dlfcn.h>
#include <elf.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/dynamic_symbols.hpp"
#include "host/fake_memory.hpp"

using namespace advisor;

namespace {

enum class Image { relocatable, fixed };

constexpr std::uint64_t k_base = 0x7f0000000000;
constexpr std::uint64_t k_runtime = 0x4000;
constexpr std::uint64_t k_version = 0x3000;
constexpr std::uint64_t k_interpreter = 0x7e0000000000;
constexpr std::uint64_t k_thread = 0x7e0000100000;
constexpr int k_tid = 4711;
constexpr std::string_view k_maps =
    "7f0000000000-7f0000010000 r--p 00000000 08:01 131 /usr/lib/libpython3.so.1.0\n"
    "7f0000010000-7f0000020000 r-xp 00010000 08:01 131 /usr/lib/libpython3.so.1.0\n"
    "7ffd00000000-7ffd00010000 rw-p 00000000 00:00 0 [stack]\n";

/// An image with a dynamic symbol table of `_PyRuntime` and, where `version` is given, Py_Version,
/// all in one bucket, as a linker and then the loader of glibc leave it.
FakeMemory image_of(Image kind, std::uint64_t version = 0, bool defines = true) {
    FakeMemory memory;
    memory.regions[k_base] = std::string(0x10000, '\0');
    memory.regions[k_interpreter] = std::string(0x10000, '\0');
    memory.regions[k_thread] = std::string(0x1000, '\0');
    const std::uint64_t vaddr = kind == Image::fixed ? k_base : 0;
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_type = kind == Image::fixed ? ET_EXEC : ET_DYN;
    header.e_phoff = 0x40;
    header.e_phnum = 2;
    memory.put(k_base, header);
    Elf64_Phdr load{};
    load.p_type = PT_LOAD;
    load.p_vaddr = vaddr;
    memory.put(k_base + 0x40, load);
    Elf64_Phdr dynamic{};
    dynamic.p_type = PT_DYNAMIC;
    dynamic.p_vaddr = vaddr + 0x200;
    memory.put(k_base + 0x40 + sizeof load, dynamic);
    const std::array<std::pair<std::int64_t, std::uint64_t>, 3> entries{
        {{DT_SYMTAB, 0x400}, {DT_STRTAB, 0x600}, {DT_GNU_HASH, 0x800}}};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        Elf64_Dyn entry{};
        entry.d_tag = entries[i].first;
        entry.d_un.d_ptr = k_base + entries[i].second;
        memory.put(k_base + 0x200 + i * sizeof entry, entry);
    }
    std::memcpy(memory.regions[k_base].data() + 0x600, "\0_PyRuntime\0Py_Version", 23);
    std::vector<std::pair<std::uint32_t, std::uint64_t>> symbols{{1, k_runtime}};
    if (version != 0) {
        symbols.emplace_back(12, k_version);
        memory.put(k_base + k_version, version);
    }
    // One bucket, first hashed symbol 1, one word of Bloom filter.
    memory.put(k_base + 0x800, std::array<std::uint32_t, 4>{1, 1, 1, 6});
    memory.put(k_base + 0x800 + 24, std::uint32_t{1});
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        Elf64_Sym symbol{};
        symbol.st_name = symbols[i].first;
        symbol.st_value = vaddr + symbols[i].second;
        symbol.st_shndx = defines ? 5 : SHN_UNDEF;
        memory.put(k_base + 0x400 + (i + 1) * sizeof symbol, symbol);
        std::uint32_t hash = 5381;
        for (const char* c = memory.regions[k_base].data() + 0x600 + symbols[i].first; *c; ++c) {
            hash = hash * 33 + static_cast<unsigned char>(*c);
        }
        const bool last = i + 1 == symbols.size();
        memory.put(k_base + 0x800 + 28 + 4 * i, (hash & ~1U) | (last ? 1U : 0U));
    }
    return memory;
}

std::string reason_of(const MemoryReader& memory, std::string_view version) {
    const auto gil = Gil::find(memory, k_maps, version, k_tid);
    return gil ? "" : gil.error().because;
}

/// The offsets of CPython 3.13.0, as `_Py_DebugOffsets` of its default build has them.
void put_table(FakeMemory& memory, std::uint64_t hex_version, bool free_threaded) {
    const std::uint64_t at = k_base + k_runtime;
    std::memcpy(memory.regions[k_base].data() + k_runtime, "xdebugpy", 8);
    const std::array<std::pair<std::uint64_t, std::uint64_t>, 9> words{
        {{8, hex_version},
         {16, free_threaded ? 1 : 0},
         {40, 632},
         {72, 7000},
         {136, 7768},
         {144, 7760},
         {168, 8},
         {200, 160},
         {216, 32}}};
    for (const auto& [position, value] : words) {
        memory.put(at + position, value);
    }
    memory.put(at + 632, k_interpreter);
    memory.put(k_interpreter + 7760, k_thread);
    memory.put(k_thread + 160, std::uint64_t{k_tid});
}

}  // namespace

TEST_CASE("the GIL of 3.9 to 3.11 lies in the runtime, wherever the image does") {
    for (const Image kind : {Image::relocatable, Image::fixed}) {
        FakeMemory memory = image_of(kind);
        memory.put(k_base + k_runtime + 368, std::int32_t{1});
        const auto gil = Gil::find(memory, k_maps, "3.9.18", k_tid);
        REQUIRE(gil);
        CHECK(gil->is_held() == true);
        CHECK_FALSE(gil->last_holder());
        CHECK_FALSE(gil->is_free_threaded());
        memory.put(k_base + k_runtime + 368, std::int32_t{0});
        CHECK(gil->is_held() == false);
        memory.put(k_base + k_runtime + 368, std::int32_t{-1});  // it is not there yet
        CHECK_FALSE(gil->is_held());
    }
}

TEST_CASE("what the interpreter says of its version counts more than what was said of it") {
    FakeMemory memory = image_of(Image::relocatable, 0x030b07f0);
    memory.put(k_base + k_runtime + 376, std::int32_t{1});
    memory.put(k_base + k_runtime + 368, k_thread);
    memory.put(k_thread + 160, std::uint64_t{k_tid});
    const auto gil = Gil::find(memory, k_maps, "3.9.18", k_tid);
    REQUIRE(gil);
    CHECK(gil->is_held() == true);
    CHECK(gil->last_holder() == k_tid);
}

TEST_CASE("the GIL of 3.12 belongs to the interpreter") {
    FakeMemory memory = image_of(Image::fixed, 0x030c01f0);
    CHECK(reason_of(memory, "") == "the interpreter is not ready");
    memory.put(k_base + k_runtime + 40, k_interpreter);
    memory.put(k_interpreter + 384, k_interpreter + 0x1000);
    memory.put(k_interpreter + 0x1000 + 16, std::int32_t{1});
    memory.put(k_interpreter + 0x1000 + 8, k_thread);
    memory.put(k_thread + 144, std::uint64_t{12});
    const auto gil = Gil::find(memory, k_maps, "", k_tid);
    REQUIRE(gil);
    CHECK(gil->is_held() == true);
    CHECK(gil->last_holder() == 12);
}

TEST_CASE("3.13 tells the offsets itself") {
    FakeMemory memory = image_of(Image::relocatable, 0x030d00f0);
    put_table(memory, 0x030d00f0, false);
    memory.put(k_interpreter + 7768, std::int32_t{1});
    const auto gil = Gil::find(memory, k_maps, "", k_tid);
    REQUIRE(gil);
    CHECK(gil->is_held() == true);
    CHECK(gil->last_holder() == k_tid);
    CHECK_FALSE(gil->is_free_threaded());
}

TEST_CASE("of a free-threaded interpreter the thread of tests is looked at, whichever it is") {
    constexpr std::uint64_t k_other = k_thread + 0x400;
    FakeMemory memory = image_of(Image::relocatable, 0x030d00f0);
    put_table(memory, 0x030d00f0, true);
    memory.put(k_interpreter + 7000, k_other);
    memory.put(k_other + 8, k_thread);
    memory.put(k_other + 160, std::uint64_t{k_tid + 1});
    memory.put(k_thread + 8, std::uint64_t{0});
    const auto gil = Gil::find(memory, k_maps, "", k_tid);
    REQUIRE(gil);
    CHECK(gil->is_free_threaded());
    CHECK_FALSE(gil->last_holder());
    CHECK(gil->is_held() == false);
    memory.put(k_other + 32, std::uint32_t{0x13});
    CHECK(gil->is_held() == false);
    memory.put(k_thread + 32, std::uint32_t{0x13});
    CHECK(gil->is_held() == true);
    memory.put(k_thread + 32, std::uint32_t{0x3});
    CHECK(gil->is_held() == false);
    CHECK_FALSE(Gil::find(memory, k_maps, "", 1));
}

TEST_CASE("what is not known is refused with its reason") {
    FakeMemory unknown = image_of(Image::relocatable);
    CHECK(reason_of(unknown, "3.8.18") == "its place is not known for CPython 3.8 here");
    CHECK(reason_of(unknown, "") == "the interpreter does not say its version");
    put_table(unknown, 0x031000f0, false);
    CHECK(reason_of(unknown, "") == "its place is not known for CPython 3.16");
    put_table(unknown, 0x030d00f0, false);
    unknown.put(k_base + k_runtime + 136, std::uint64_t{1} << 40U);
    CHECK(reason_of(unknown, "") == "the interpreter's table of offsets makes no sense");
    CHECK(
        reason_of(image_of(Image::relocatable, 0, false), "3.9.18")
        == "none of its files exports the runtime of CPython"
    );
    const FakeMemory nothing;
    CHECK(reason_of(nothing, "3.9.18") == "none of its files exports the runtime of CPython");
    FakeMemory denied = image_of(Image::relocatable);
    denied.answer = MemoryRead::denied;
    CHECK(
        reason_of(denied, "3.9.18") == "this machine does not permit to read the memory of a child"
    );
    CHECK(
        Gil::find(unknown, "", "3.9.18", k_tid).error().because == "its memory map cannot be read"
    );
}

TEST_CASE("a GIL that can no longer be read is neither held nor free") {
    FakeMemory memory = image_of(Image::relocatable);
    const auto gil = Gil::find(memory, k_maps, "3.10.1", k_tid);
    REQUIRE(gil);
    memory.answer = MemoryRead::gone;
    CHECK_FALSE(gil->is_held());
    CHECK_FALSE(gil->last_holder());
}

TEST_CASE("symbols of this very process are found where the loader finds them") {
    const ProcessMemory memory(::getpid());
    Dl_info library{};
    void* const expected = ::dlsym(RTLD_DEFAULT, "getpid");
    REQUIRE(::dladdr(expected, &library) != 0);
    const auto image = reinterpret_cast<std::uint64_t>(library.dli_fbase);
    CHECK(dynamic_symbol(memory, image, "getpid") == reinterpret_cast<std::uint64_t>(expected));
    CHECK_FALSE(dynamic_symbol(memory, image, "no_such_function_of_this_name"));
    CHECK_FALSE(dynamic_symbol(memory, 0x10, "getpid"));
}
