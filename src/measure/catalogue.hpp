#pragma once

// The entries of a list by a key that several of them may share, such as the id of a test that was
// named twice: "the second one of this key" finds the same entry in another list. Refers to the
// list and to what its keys refer to.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace advisor {

template <typename Key, typename Value>
class Catalogue {
public:
    template <typename KeyOf>
    Catalogue(const std::vector<Value>& values, const KeyOf& key_of) {
        entries_.reserve(values.size());
        for (const Value& value : values) {
            entries_.emplace_back(key_of(value), &value);
        }
        std::stable_sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
            return a.first < b.first;
        });
    }

    /// The `nth` one of that key, in the order of the list.
    [[nodiscard]] const Value* find(const Key& key, std::uint32_t nth) const {
        const auto first = std::lower_bound(
            entries_.begin(),
            entries_.end(),
            key,
            [](const auto& a, const Key& k) { return a.first < k; }
        );
        const auto left = static_cast<std::size_t>(entries_.end() - first);
        const bool is_there = nth < left && first[nth].first == key;
        return is_there ? first[nth].second : nullptr;
    }

private:
    std::vector<std::pair<Key, const Value*>> entries_;
};

/// Numbers the entries of each key in the order of a list.
template <typename Key>
class Occurrences {
public:
    std::uint32_t next(const Key& key) { return count_[key]++; }

private:
    std::map<Key, std::uint32_t> count_;
};

}  // namespace advisor
