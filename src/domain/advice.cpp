#include "advisor/domain/advice.hpp"

#include "domain/names.hpp"

namespace advisor {

namespace {

constexpr std::array<std::string_view, 7> k_bounds{
    "work", "longest_test", "longest_group", "cores", "gil", "fixtures", "controller"};
constexpr std::array<std::string_view, 3> k_severities{"breaks", "slows", "note"};

}  // namespace

std::string_view name_of(Bound bound) {
    return name_in(k_bounds, bound);
}

std::string_view name_of(Severity severity) {
    return name_in(k_severities, severity);
}

std::optional<Bound> bound_named(std::string_view name) {
    return value_in<Bound>(k_bounds, name);
}

std::optional<Severity> severity_named(std::string_view name) {
    return value_in<Severity>(k_severities, name);
}

}  // namespace advisor
