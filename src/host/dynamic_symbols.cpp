#include "host/dynamic_symbols.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace advisor {

namespace {

/// Bounds for what a table in somebody else's memory may make us read.
constexpr std::uint32_t k_most_segments = 64;
constexpr std::uint32_t k_most_entries = 256;
constexpr std::uint32_t k_longest_chain = 4096;

struct Tables {
    std::uint64_t symbols = 0;
    std::uint64_t strings = 0;
    std::uint64_t hash = 0;
};

struct Segments {
    std::uint64_t bias = 0;  ///< what is added to the addresses that the file names
    std::uint64_t dynamic = 0;
};

std::optional<Segments> segments_of(const MemoryReader& memory, std::uint64_t image) {
    const auto header = value_at<Elf64_Ehdr>(memory, image);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0
        || header->e_ident[EI_CLASS] != ELFCLASS64
        || (header->e_type != ET_DYN && header->e_type != ET_EXEC)) {
        return std::nullopt;
    }
    Segments segments;
    bool has_first = false;
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(header->e_phnum, k_most_segments); ++i) {
        const auto segment =
            value_at<Elf64_Phdr>(memory, image + header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment) {
            return std::nullopt;
        }
        if (segment->p_type == PT_LOAD && segment->p_offset == 0) {
            segments.bias = image - segment->p_vaddr;
            has_first = true;
        }
        if (segment->p_type == PT_DYNAMIC) {
            segments.dynamic = segment->p_vaddr;
        }
    }
    if (!has_first || segments.dynamic == 0) {
        return std::nullopt;
    }
    segments.dynamic += segments.bias;
    return segments;
}

std::optional<Tables> tables_of(const MemoryReader& memory, const Segments& segments) {
    Tables tables;
    for (std::uint32_t i = 0; i < k_most_entries; ++i) {
        const auto entry = value_at<Elf64_Dyn>(memory, segments.dynamic + i * sizeof(Elf64_Dyn));
        if (!entry || entry->d_tag == DT_NULL) {
            break;
        }
        // glibc's loader has added the bias already, that of musl leaves the file's address.
        const std::uint64_t value = entry->d_un.d_ptr;
        const std::uint64_t address = value < segments.bias ? value + segments.bias : value;
        switch (entry->d_tag) {
        case DT_SYMTAB: tables.symbols = address; break;
        case DT_STRTAB: tables.strings = address; break;
        case DT_GNU_HASH: tables.hash = address; break;
        default: break;
        }
    }
    if (tables.symbols == 0 || tables.strings == 0 || tables.hash == 0) {
        return std::nullopt;
    }
    return tables;
}

bool is_named(const MemoryReader& memory, std::uint64_t address, std::string_view name) {
    std::string bytes(name.size() + 1, '\1');
    const auto into = std::as_writable_bytes(std::span(bytes));
    return memory.read(address, into) == MemoryRead::done
           && std::string_view(bytes).substr(0, name.size()) == name && bytes.back() == '\0';
}

/// The hash of DT_GNU_HASH: h = 33 h + c from 5381 (Ulrich Drepper's elf format notes, 2006).
std::uint32_t gnu_hash(std::string_view name) {
    std::uint32_t hash = 5381;
    for (const char c : name) {
        hash = hash * 33 + static_cast<unsigned char>(c);
    }
    return hash;
}

/// The symbol of that name; it may be one that the image only wants from others.
std::optional<Elf64_Sym>
symbol_of(const MemoryReader& memory, const Tables& tables, std::string_view name) {
    // Buckets, index of the first hashed symbol, words of the Bloom filter, its shift.
    const auto header = value_at<std::array<std::uint32_t, 4>>(memory, tables.hash);
    if (!header || header->at(0) == 0) {
        return std::nullopt;
    }
    const auto [bucket_count, first, bloom_words, shift] = *header;
    const std::uint32_t hash = gnu_hash(name);
    const std::uint64_t buckets = tables.hash + 16 + std::uint64_t{8} * bloom_words;
    const std::uint64_t chains = buckets + std::uint64_t{4} * bucket_count;
    const auto bucket =
        value_at<std::uint32_t>(memory, buckets + std::uint64_t{4} * (hash % bucket_count));
    if (!bucket || *bucket < first) {
        return std::nullopt;
    }
    for (std::uint32_t i = *bucket; i < *bucket + k_longest_chain; ++i) {
        const auto link = value_at<std::uint32_t>(memory, chains + std::uint64_t{4} * (i - first));
        if (!link) {
            return std::nullopt;
        }
        if ((*link | 1U) == (hash | 1U)) {
            const auto symbol = value_at<Elf64_Sym>(memory, tables.symbols + i * sizeof(Elf64_Sym));
            if (symbol && is_named(memory, tables.strings + symbol->st_name, name)) {
                return symbol;
            }
        }
        if ((*link & 1U) != 0) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t>
dynamic_symbol(const MemoryReader& memory, std::uint64_t image, std::string_view name) {
    const auto segments = segments_of(memory, image);
    const auto tables = segments ? tables_of(memory, *segments) : std::nullopt;
    const auto symbol = tables ? symbol_of(memory, *tables, name) : std::nullopt;
    if (!symbol || symbol->st_shndx == SHN_UNDEF) {
        return std::nullopt;
    }
    return segments->bias + symbol->st_value;
}

}  // namespace advisor
