#pragma once

// What all documents have in common: the header, and errors that name the document and its origin.

#include <advisor/base/result.hpp>
#include <advisor/store/documents.hpp>

#include <string>
#include <string_view>

#include "store/json_fields.hpp"

namespace advisor {

/// An object that holds the header.
[[nodiscard]] Json new_document(DocumentKind kind);

/// The tree, if it is a document of that kind and of a major that this version reads.
[[nodiscard]] Result<Json>
open_document(DocumentKind kind, std::string_view text, std::string_view origin);

[[nodiscard]] Error cannot_read(DocumentKind kind, std::string_view origin, std::string because);

template <typename T>
[[nodiscard]] std::string write_document(DocumentKind kind, const T& value) {
    Json document = new_document(kind);
    FieldWriter fields(document);
    describe(fields, value);
    return render_json(std::move(document));
}

template <typename T>
[[nodiscard]] Result<T>
read_document(DocumentKind kind, std::string_view text, std::string_view origin) {
    Result<Json> document = open_document(kind, text, origin);
    if (!document) {
        return tl::unexpected(document.error());
    }
    Trouble trouble;
    const Place top(*document, trouble);
    T value = Codec<T>::read(top);
    clear(*document);
    if (trouble.found()) {
        return tl::unexpected(cannot_read(kind, origin, trouble.because()));
    }
    return value;
}

}  // namespace advisor
