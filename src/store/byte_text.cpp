#include "store/byte_text.hpp"

#include <algorithm>
#include <cstddef>

namespace advisor {

namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    });
}

/// Bytes of the well-formed UTF-8 character that begins at `at`; 0 if none does.
/// The bounds of the second byte exclude overlong forms, surrogates and what is above U+10FFFF
/// (The Unicode Standard, table 3-7).
std::size_t character_length(std::string_view text, std::size_t at) {
    const unsigned lead = byte_at(text, at);
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (text.size() - at < length) {
        return 0;
    }
    const unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    const unsigned second = byte_at(text, at + 1);
    if (second < lowest || second > highest) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte_at(text, at + i) & 0xc0U) != 0x80) {
            return 0;
        }
    }
    return length;
}

/// U+F780..U+F7FF are EF 9E 80 .. EF 9F BF.
bool is_escape(std::string_view character) {
    return character.size() == 3 && byte_at(character, 0) == 0xef
           && (byte_at(character, 1) == 0x9e || byte_at(character, 1) == 0x9f);
}

std::string escape_of(unsigned byte) {
    return {
        '\xef', static_cast<char>(0x9c + (byte >> 6U)), static_cast<char>(0x80 + (byte & 0x3fU))};
}

}  // namespace

std::string text_of(std::string_view bytes) {
    if (is_ascii(bytes)) {
        return std::string(bytes);
    }
    std::string text;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = character_length(bytes, at);
        const std::string_view character = bytes.substr(at, std::max<std::size_t>(1, length));
        if (length == 0 || is_escape(character)) {
            for (std::size_t i = 0; i < character.size(); ++i) {
                text += escape_of(byte_at(character, i));
            }
        } else {
            text += character;
        }
        at += character.size();
    }
    return text;
}

std::string bytes_of(std::string_view text) {
    if (is_ascii(text)) {
        return std::string(text);
    }
    std::string bytes;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = std::max<std::size_t>(1, character_length(text, at));
        const std::string_view character = text.substr(at, length);
        if (is_escape(character)) {
            const unsigned high = (byte_at(character, 1) - 0x9cU) << 6U;
            bytes += static_cast<char>(high + (byte_at(character, 2) & 0x3fU));
        } else {
            bytes += character;
        }
        at += length;
    }
    return bytes;
}

}  // namespace advisor
