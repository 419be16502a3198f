#include "store/json_place.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

namespace advisor {

const Json* Place::find(std::string_view key) const {
    if (!json_->is_object()) {
        refuse("is not an object");
        return nullptr;
    }
    for (const auto& [name, value] : json_->get_ref<const Json::object_t&>()) {
        if (name == key) {
            return &value;
        }
    }
    member(key, *json_).refuse("is missing");
    return nullptr;
}

bool Place::has(std::string_view key) const {
    return json_->is_object() && json_->contains(std::string(key));
}

void Place::refuse(std::string_view predicate) const {
    if (!trouble_->found()) {
        trouble_->report(fmt::format("{} {}", path(), predicate));
    }
}

std::string Place::path() const {
    if (parent_ == nullptr) {
        return "the document";
    }
    const std::string before = parent_->parent_ == nullptr ? "" : parent_->path();
    if (parent_->json_->is_array()) {
        return fmt::format("{}[{}]", before, index_);
    }
    const std::string key = escape_terminal(key_);
    return before.empty() ? key : fmt::format("{}.{}", before, key);
}

}  // namespace advisor
