#pragma once

// Finds what an ELF image exports by its dynamic symbol table, as the table lies in the memory of
// the process that mapped the image: no file needs to be found or opened, be it deleted, replaced
// or in another mount namespace, and stripping does not remove it. Only for images of the machine's
// own width and byte order that have a GNU hash table, as linkers have made by default since 2006.

#include <advisor/host/memory_reader.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace advisor {

/// Where the symbol lies in the process; nothing if the image does not define it. `image` is where
/// the beginning of its file is mapped.
[[nodiscard]] std::optional<std::uint64_t>
dynamic_symbol(const MemoryReader& memory, std::uint64_t image, std::string_view name);

}  // namespace advisor
