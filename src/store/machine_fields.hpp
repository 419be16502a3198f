#pragma once

// A type of machine, as it stands in capacity plans, in a user's own list and in models/.

#include <advisor/domain/verdict.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "store/json_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<MachineType> auto& machine) {
    fields.field("name", machine.name);
    fields.field("cores", machine.cores);
    fields.require(machine.cores >= 1, "cores", "is zero");
    fields.field("memory_bytes", machine.memory);
    fields.field("price_per_minute", machine.price_per_minute);
    fields.require(machine.price_per_minute >= 0.0, "price_per_minute", "is negative");
    fields.field("currency", machine.currency);
    fields.field("setup_s", machine.setup);
}

/// Costs of two machines are compared, so that a list is of one currency; and a machine is known by
/// its name.
inline void require_usable_machines(FieldReader& fields, const std::vector<MachineType>& machines) {
    fields.require(!machines.empty(), "machines", "is empty");
    std::vector<std::string> names;
    for (const MachineType& machine : machines) {
        names.push_back(machine.name);
        const bool same = machine.currency == machines.front().currency;
        fields.require(same, "machines", "have more than one currency");
    }
    std::sort(names.begin(), names.end());
    const bool differ = std::adjacent_find(names.begin(), names.end()) == names.end();
    fields.require(differ, "machines", "have the same name twice");
    fields.require(names.empty() || !names.front().empty(), "machines", "have an empty name");
}

/// A row of a file of models/machines/; memory as providers print it, 10^9 bytes.
struct ShippedMachine {
    std::string name;
    std::uint32_t cores = 1;
    double memory_gb = 0.0;
};

void describe(auto& fields, Like<ShippedMachine> auto& machine) {
    fields.field("name", machine.name);
    fields.field("cores", machine.cores);
    fields.field("memory_gb", machine.memory_gb);
}

struct ShippedPrice {
    std::string name;
    double price_per_minute = 0.0;
};

void describe(auto& fields, Like<ShippedPrice> auto& price) {
    fields.field("name", price.name);
    fields.field("price_per_minute", price.price_per_minute);
}

/// A file of models/prices/.
struct PriceList {
    std::string as_of;
    std::string currency;
    std::vector<ShippedPrice> prices;
};

}  // namespace advisor
