#include "store/json_scanner.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace advisor {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Recursive descent, as deep as `events` lets it open arrays and objects.
class Scanner {
public:
    Scanner(std::string_view text, nlohmann::json_sax<Json>& events)
        : at_(text.data()),
          end_(text.data() + text.size()),
          events_(&events) {}

    bool document() {
        if (!value()) {
            return false;
        }
        skip_space();
        return at_ == end_;
    }

private:
    bool value() {
        skip_space();
        if (at_ == end_) {
            return false;
        }
        switch (*at_) {
        case '{': return object();
        case '[': return array();
        case '"': return string() && events_->string(text_);
        case 't': return word("true") && events_->boolean(true);
        case 'f': return word("false") && events_->boolean(false);
        case 'n': return word("null") && events_->null();
        default: return number();
        }
    }

    bool array() {
        ++at_;
        if (!events_->start_array(k_unknown_size)) {
            return false;
        }
        if (next_is(']')) {
            return events_->end_array();
        }
        do {
            if (!value()) {
                return false;
            }
        } while (next_is(','));
        return next_is(']') && events_->end_array();
    }

    bool object() {
        ++at_;
        if (!events_->start_object(k_unknown_size)) {
            return false;
        }
        if (next_is('}')) {
            return events_->end_object();
        }
        do {
            skip_space();
            const bool has_key = at_ != end_ && *at_ == '"' && string() && events_->key(text_);
            if (!has_key || !next_is(':') || !value()) {
                return false;
            }
        } while (next_is(','));
        return next_is('}') && events_->end_object();
    }

    /// Into `text_`.
    bool string() {
        const char* const quote = at_++;
        bool is_plain = true;
        for (; at_ != end_ && *at_ != '"'; ++at_) {
            const auto byte = static_cast<unsigned char>(*at_);
            if (byte == '\\' && ++at_ == end_) {
                return false;
            }
            is_plain = is_plain && byte != '\\' && byte >= ' ' && byte < 0x80;
        }
        if (at_ == end_) {
            return false;
        }
        ++at_;
        if (is_plain) {
            text_.assign(quote + 1, at_ - 1);
            return true;
        }
        Json parsed = Json::parse(quote, at_, nullptr, false);
        if (!parsed.is_string()) {
            return false;
        }
        text_ = std::move(parsed.get_ref<std::string&>());
        return true;
    }

    bool number() {
        const char* const begin = at_;
        const bool is_negative = *at_ == '-';
        at_ += is_negative ? 1 : 0;
        const char* const first = at_;
        if (!digits() || (*first == '0' && at_ - first > 1)) {
            return false;
        }
        const bool is_whole = at_ == end_ || (*at_ != '.' && *at_ != 'e' && *at_ != 'E');
        if (is_whole) {
            return is_negative ? whole<std::int64_t>(begin) : whole<std::uint64_t>(begin);
        }
        return fraction() && exponent() && real(begin);
    }

    bool fraction() {
        if (*at_ != '.') {
            return true;
        }
        ++at_;
        return digits();
    }

    bool exponent() {
        if (at_ == end_ || (*at_ != 'e' && *at_ != 'E')) {
            return true;
        }
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-')) {
            ++at_;
        }
        return digits();
    }

    /// At least one.
    bool digits() {
        const char* const begin = at_;
        while (at_ != end_ && is_digit(*at_)) {
            ++at_;
        }
        return at_ != begin;
    }

    template <typename Whole>
    bool whole(const char* begin) {
        Whole value{};
        if (std::from_chars(begin, at_, value).ec != std::errc()) {
            return real(begin);
        }
        if constexpr (std::is_signed_v<Whole>) {
            return events_->number_integer(value);
        } else {
            return events_->number_unsigned(value);
        }
    }

    bool real(const char* begin) {
        double value = 0.0;
        return std::from_chars(begin, at_, value).ec == std::errc()
               && events_->number_float(value, k_no_text);
    }

    bool word(std::string_view expected) {
        if (!std::string_view(at_, end_).starts_with(expected)) {
            return false;
        }
        at_ += expected.size();
        return true;
    }

    /// Steps over it if so.
    bool next_is(char wanted) {
        skip_space();
        if (at_ == end_ || *at_ != wanted) {
            return false;
        }
        ++at_;
        return true;
    }

    void skip_space() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
            ++at_;
        }
    }

    static constexpr auto k_unknown_size = static_cast<std::size_t>(-1);
    inline static const std::string k_no_text;

    const char* at_;
    const char* end_;
    nlohmann::json_sax<Json>* events_;
    std::string text_;
};

}  // namespace

bool scan_json(std::string_view text, nlohmann::json_sax<Json>& events) {
    return Scanner(text, events).document();
}

}  // namespace advisor
