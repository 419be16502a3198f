#include "store/json_text.hpp"

#include <advisor/base/text.hpp>
#include <advisor/store/documents.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "store/json_scanner.hpp"

namespace advisor {

namespace {

using Members = std::vector<std::pair<std::string, Json>>;

/// The first key that stands twice; empty if there is none. Sorting keeps an object of a million
/// keys from taking a million squared comparisons.
std::string_view repeated_key(const Members& members) {
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const auto& member : members) {
        keys.push_back(member.first);
    }
    std::sort(keys.begin(), keys.end());
    const auto found = std::adjacent_find(keys.begin(), keys.end());
    return found == keys.end() ? std::string_view() : *found;
}

/// Builds the tree from a parser's events. nlohmann's own tree builder has no limit of depth and
/// lets the last of two equal keys win.
class TreeBuilder final : public nlohmann::json_sax<Json> {
public:
    TreeBuilder(std::size_t text_size, Extent extent)
        : text_size_(text_size),
          extent_(extent) {}

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t& /*text*/) override {
        return add(value);
    }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t& /*value*/) override { return fail("it holds binary data"); }
    bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
    bool end_array() override {
        last_size_ = open_.back().value.size();
        return close();
    }

    /// As long as the one before, in a table of columns.
    bool start_array(std::size_t /*size*/) override {
        if (!open(Json::array())) {
            return false;
        }
        open_.back().value.get_ref<Json::array_t&>().reserve(last_size_);
        last_size_ = 0;
        return true;
    }

    bool key(string_t& value) override {
        key_ = std::move(value);
        return true;
    }

    bool end_object() override {
        const std::string_view repeated = repeated_key(open_.back().members);
        if (repeated.data() != nullptr) {
            return fail(fmt::format("the key '{}' stands twice", escape_terminal(repeated)));
        }
        fill(open_.back());
        return close();
    }

    bool parse_error(
        std::size_t position, const std::string& /*token*/, const nlohmann::detail::exception& error
    ) override {
        constexpr int k_number_overflow = 406;
        if (error.id == k_number_overflow) {
            return fail(fmt::format("the number at byte {} is out of range", position));
        }
        if (position > text_size_) {
            return fail(fmt::format("it ends in the middle, after {} bytes", text_size_));
        }
        return fail(fmt::format("it is not JSON at byte {}", position));
    }

    /// Whether it refused an event, for a fault or because it has seen enough.
    [[nodiscard]] bool has_stopped() const { return !because_.empty() || has_header(); }

    /// The tree after the last event; valid unless the text was at fault.
    [[nodiscard]] tl::expected<Json, std::string> take() {
        if (!because_.empty()) {
            return tl::unexpected(std::move(because_));
        }
        if (open_.empty()) {
            return std::move(root_);
        }
        fill(open_.front());  // the header's object, of which it has seen enough
        return std::move(open_.front().value);
    }

private:
    struct Open {
        Json value;
        std::string key;  ///< under which it goes into the one around it
        /// Of an object until it ends: its own container copies all values whenever it grows.
        Members members;
    };

    static void fill(Open& open) {
        auto& object = open.value.get_ref<Json::object_t&>();
        object.reserve(open.members.size());
        for (auto& [key, value] : open.members) {
            object.emplace_back(std::move(key), std::move(value));
        }
    }

    bool fail(std::string because) {
        because_ = std::move(because);
        return false;
    }

    bool open(Json container) {
        if (open_.size() == k_deepest_nesting) {
            return fail(fmt::format("it is nested deeper than {}", k_deepest_nesting));
        }
        open_.push_back({std::move(container), std::move(key_), {}});
        find_array();
        return true;
    }

    bool close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        find_array();
        key_ = std::move(closed.key);
        return add(std::move(closed.value));
    }

    void find_array() {
        const bool is_in_array = !open_.empty() && open_.back().value.is_array();
        array_ = is_in_array ? open_.back().value.get_ptr<Json::array_t*>() : nullptr;
    }

    template <typename Value>
    bool add(Value&& value) {
        if (++values_ > k_most_values) {
            return fail(fmt::format("it holds more than {} values", k_most_values));
        }
        if (array_ != nullptr) {
            array_->emplace_back(std::forward<Value>(value));
            return true;
        }
        if (open_.empty()) {
            root_ = std::forward<Value>(value);
            return true;
        }
        if (open_.size() == 1 && (key_ == "format" || key_ == "major")) {
            ++header_fields_;
        }
        open_.back().members.emplace_back(std::move(key_), std::forward<Value>(value));
        return !has_header();
    }

    [[nodiscard]] bool has_header() const {
        return extent_ == Extent::header && header_fields_ >= 2;
    }

    std::size_t text_size_;
    Extent extent_;
    std::size_t header_fields_ = 0;
    std::size_t values_ = 0;
    std::vector<Open> open_;
    Json::array_t* array_ = nullptr;  ///< the innermost open value, if that is an array
    std::size_t last_size_ = 0;       ///< of the last array that ended, unless another began since
    std::string key_;
    Json root_;
    std::string because_;
};

std::string compact(const Json& json) {
    // All strings are well-formed UTF-8 (byte_text.hpp); `replace` because dump must never throw.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Bytes that its text may take, by those that a number of 17 digits does, for each value: too many
/// where most are short, too few where they are long texts. Memory that is reserved and not used
/// costs nothing, while growing takes the text twice for a moment.
std::size_t text_size_of(const Json& json) {
    constexpr std::size_t k_value = 20;
    if (!json.is_object()) {
        return k_value * json.size();
    }
    std::size_t size = k_value;
    for (const auto& member : json.get_ref<const Json::object_t&>()) {
        size += member.first.size() + text_size_of(member.second);
    }
    return size;
}

/// And empties `json` meanwhile: text and tree of a large document would take twice the memory.
void append(std::string& out, Json& json, std::size_t indent) {
    const bool lines = json.is_array() && std::any_of(json.begin(), json.end(), [](const Json& e) {
                           return e.is_object();
                       });
    if (json.empty() || !(json.is_object() || lines)) {
        out += compact(json);
        clear(json);  // quick; what stays is an empty value
        json = nullptr;
        return;
    }
    const std::string_view brackets = json.is_object() ? "{}" : "[]";
    out += brackets.front();
    std::string_view separator = "\n";
    for (auto& member : json.items()) {
        out += separator;
        out.append(indent + 2, ' ');
        if (json.is_object()) {
            out += compact(member.key()) + ": ";
        }
        append(out, member.value(), indent + 2);
        separator = ",\n";
    }
    out += '\n';
    out.append(indent, ' ');
    out += brackets.back();
}

}  // namespace

Json object_for(std::size_t members) {
    Json object = Json::object();
    object.get_ref<Json::object_t&>().reserve(members);
    return object;
}

tl::expected<Json, std::string> parse_json(std::string_view text, Extent extent) {
    if (text.empty()) {
        return tl::unexpected(std::string("it is empty"));
    }
    if (std::cmp_greater(text.size(), k_largest_document.value())) {
        return tl::unexpected(fmt::format("it is larger than {}", format_bytes(k_largest_document))
        );
    }
    TreeBuilder builder(text.size(), extent);
    if (scan_json(text, builder) || builder.has_stopped()) {
        return builder.take();
    }
    TreeBuilder careful(text.size(), extent);
    // The result is the builder's: it knows why it stopped.
    static_cast<void>(Json::sax_parse(text.begin(), text.end(), &careful));
    return careful.take();
}

void clear(Json& json) {
    if (json.is_array()) {
        for (Json& element : json) {
            clear(element);
        }
        json.get_ref<Json::array_t&>().clear();
    } else if (json.is_object()) {
        for (auto& member : json.get_ref<Json::object_t&>()) {
            clear(member.second);
        }
    }
}

std::string render_json(Json json) {
    std::string out;
    out.reserve(text_size_of(json));
    append(out, json, 0);
    out += '\n';
    return out;
}

}  // namespace advisor
