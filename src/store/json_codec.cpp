#include "store/json_codec.hpp"

namespace advisor {

Json finite(double value) {
    ADVISOR_ASSERT(std::isfinite(value), "a number in a document is finite");
    return value;
}

double read_number(const Place& at, double low, double high) {
    if (!at.json().is_number()) {
        at.refuse("is not a number");
        return 0.0;
    }
    const double value = at.json().get<double>();
    if (value < low) {
        at.refuse(low == 0.0 ? "is negative" : "is too small");
        return 0.0;
    }
    if (value > high) {
        at.refuse("is too large");
        return 0.0;
    }
    return value;
}

std::string read_string(const Place& at) {
    return bytes_of(read_word(at));
}

std::string_view read_word(const Place& at) {
    if (!at.json().is_string()) {
        at.refuse("is not a string");
        return {};
    }
    return at.json().get_ref<const std::string&>();
}

}  // namespace advisor
