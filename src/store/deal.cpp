#include "advisor/store/deal.hpp"

#include "store/json_text.hpp"

namespace advisor {

namespace {

/// Each byte as the character of its number: JSON cannot carry bytes.
std::string to_latin_1(const std::string& bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (const char byte : bytes) {
        const auto number = static_cast<unsigned char>(byte);
        if (number < 0x80) {
            text += byte;
        } else {
            text += static_cast<char>(0xC0 | (number >> 6));
            text += static_cast<char>(0x80 | (number & 0x3F));
        }
    }
    return text;
}

Json json_of(const DealtUnit& unit) {
    Json tests = Json::array();
    for (const DealtTest& test : unit.tests) {
        tests.push_back(Json::array({to_latin_1(test.id), test.time.value()}));
    }
    return {
        {"setup_s", unit.setup.value()},
        {"divisible", unit.divisible},
        {"tests", std::move(tests)}};
}

}  // namespace

std::string ids_text(const std::vector<std::string>& ids) {
    Json list = Json::array();
    for (const std::string& id : ids) {
        list.push_back(to_latin_1(id));
    }
    return list.dump() + "\n";
}

std::string deal_text(const Deal& deal) {
    Json families = Json::array();
    for (const DealtFamily& family : deal.families) {
        Json units = Json::array();
        for (const DealtUnit& unit : family.units) {
            units.push_back(json_of(unit));
        }
        families.push_back(
            {{"setup_s", family.setup.value()},
             {"workers", family.workers},
             {"units", std::move(units)}}
        );
    }
    return Json{{"families", std::move(families)}}.dump() + "\n";
}

}  // namespace advisor
