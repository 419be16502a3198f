#pragma once

// A value in a document that is being read, and the way to it from the top. The path is spelled
// out only for an error: a profile has millions of places.

#include <cstddef>
#include <string>
#include <string_view>

#include "store/json_text.hpp"

namespace advisor {

/// What is wrong with a document: the first fault found, since later ones often follow from it.
class Trouble {
public:
    void report(std::string because) {
        if (because_.empty()) {
            because_ = std::move(because);
        }
    }
    [[nodiscard]] bool found() const { return !because_.empty(); }
    [[nodiscard]] const std::string& because() const { return because_; }

private:
    std::string because_;
};

/// Refers to the tree, to its parent and to the trouble of the document: lives on the stack only.
class Place {
public:
    Place(const Json& json, Trouble& trouble)
        : json_(&json),
          trouble_(&trouble) {}

    [[nodiscard]] const Json& json() const { return *json_; }
    [[nodiscard]] bool in_trouble() const { return trouble_->found(); }

    [[nodiscard]] Place member(std::string_view key, const Json& json) const {
        Place place(json, *trouble_);
        place.parent_ = this;
        place.key_ = key;
        return place;
    }

    [[nodiscard]] Place element(std::size_t index) const {
        Place place((*json_)[index], *trouble_);
        place.parent_ = this;
        place.index_ = index;
        return place;
    }

    /// The member of that key of an object, or nothing: then the document is in trouble.
    [[nodiscard]] const Json* find(std::string_view key) const;

    /// Whether an object has a member of that key.
    [[nodiscard]] bool has(std::string_view key) const;

    /// "tests[3].wall_s is not a number", for the predicate "is not a number".
    void refuse(std::string_view predicate) const;

    [[nodiscard]] std::string path() const;

private:
    const Json* json_;
    Trouble* trouble_;
    const Place* parent_ = nullptr;
    std::string_view key_;  ///< of an object's member; an array's element has `index_` instead
    std::size_t index_ = 0;
};

}  // namespace advisor
