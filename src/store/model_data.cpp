#include <advisor/base/text.hpp>
#include <advisor/store/model_data.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "store/domain_fields.hpp"
#include "store/embedded.hpp"
#include "store/machine_fields.hpp"
#include "store/reviewed_fields.hpp"

namespace advisor {

namespace {

ModelParameters parameters_in(FieldReader& fields) {
    ModelParameters prior;
    fields.object("numbers", [&](FieldReader& numbers) {
        prior.interpreter_start = reviewed_seconds(numbers, "interpreter_start");
        prior.gateway_wall = reviewed_seconds(numbers, "gateway_wall");
        prior.gateway_cpu = reviewed_seconds(numbers, "gateway_cpu");
        prior.worker_boot_wall = reviewed_seconds(numbers, "worker_boot_wall");
        prior.worker_boot_cpu = reviewed_seconds(numbers, "worker_boot_cpu");
        prior.worker_test_cpu = reviewed_seconds(numbers, "worker_test_cpu");
        prior.controller_test_cpu = reviewed_seconds(numbers, "controller_test_cpu");
        prior.controller_scope_cpu = reviewed_seconds(numbers, "controller_scope_cpu");
        prior.controller_id_cpu = reviewed_seconds(numbers, "controller_id_cpu");
        prior.message_latency = reviewed_seconds(numbers, "message_latency");
        prior.worker_exit_wall = reviewed_seconds(numbers, "worker_exit_wall");
        prior.worker_exit_cpu = reviewed_seconds(numbers, "worker_exit_cpu");
        prior.fork_wall = reviewed_seconds(numbers, "fork_wall");
        prior.forked_test_cpu = reviewed_seconds(numbers, "forked_test_cpu");
        prior.forked_parent_cpu = reviewed_seconds(numbers, "forked_parent_cpu");
        prior.recorder.start_cpu = reviewed_seconds(numbers, "recorder_start_cpu");
        prior.recorder.test_cpu = reviewed_seconds(numbers, "recorder_test_cpu");
        prior.gil_switch_interval = reviewed_seconds(numbers, "gil_switch_interval");
        prior.relative_error = reviewed_number(numbers, "relative_error", "1");
    });
    fields.object("capacity", [&](FieldReader& capacity) {
        std::string unit;
        capacity.field("unit", unit);
        capacity.require(unit == "cores", "unit", "is another than the program's");
        capacity.field("points", prior.capacity);
        require_capacity_curve(capacity, "points", prior.capacity);
    });
    prior.source = Source::assumed;
    return prior;
}

/// Machines without prices, from a file of models/machines/.
std::vector<MachineType> machines_in(FieldReader& fields) {
    constexpr double k_bytes_per_gb = 1e9;
    double setup_s = 0.0;
    std::vector<ShippedMachine> shipped;
    fields.field("setup_s", setup_s);
    fields.field("machines", shipped);
    std::vector<MachineType> machines;
    for (const ShippedMachine& entry : shipped) {
        MachineType machine;
        machine.name = entry.name;
        machine.cores = entry.cores;
        machine.memory = Bytes(std::llround(entry.memory_gb * k_bytes_per_gb));
        machine.setup = Seconds(setup_s);
        machines.push_back(std::move(machine));
    }
    return machines;
}

PriceList prices_in(FieldReader& fields) {
    PriceList list;
    fields.field("as_of", list.as_of);
    fields.field("currency", list.currency);
    fields.field("prices", list.prices);
    return list;
}

/// Each machine with its price; every machine of a shipped file has one.
void set_prices(std::vector<MachineType>& machines, const PriceList& list) {
    for (MachineType& machine : machines) {
        const auto price =
            std::find_if(list.prices.begin(), list.prices.end(), [&](const ShippedPrice& entry) {
                return entry.name == machine.name;
            });
        ADVISOR_ASSERT(price != list.prices.end(), "every shipped machine has a price");
        machine.price_per_minute = price->price_per_minute;
        machine.currency = list.currency;
    }
}

bool is_iso_date(std::string_view text) {
    constexpr std::string_view k_form = "dddd-dd-dd";
    return text.size() == k_form.size()
           && std::equal(text.begin(), text.end(), k_form.begin(), [](char c, char form) {
                  return form == 'd' ? c >= '0' && c <= '9' : c == form;
              });
}

}  // namespace

ModelParameters prior_parameters() {
    ModelParameters prior = from_embedded(embedded_cost_json(), parameters_in);
    prior.scored = shipped_accuracy().suites;
    return prior;
}

MachineCatalogue shipped_machines() {
    MachineCatalogue catalogue;
    catalogue.machines = from_embedded(embedded_github_machines_json(), machines_in);
    const PriceList prices = from_embedded(embedded_github_prices_json(), prices_in);
    set_prices(catalogue.machines, prices);
    catalogue.prices_as_of = prices.as_of;
    return catalogue;
}

Result<MachineCatalogue> read_machines(std::string_view text, std::string_view origin) {
    const auto refuse = [&](std::string because) {
        return fail(
            ErrorKind::input,
            fmt::format("cannot read the machines in '{}'", escape_terminal(origin)),
            std::move(because),
            "the form is {\"as_of\": \"2026-01-31\", \"machines\": [{\"name\": \"small\", "
            "\"cores\": 2, \"memory_bytes\": 8000000000, \"price_per_minute\": 0.006, "
            "\"currency\": \"USD\", \"setup_s\": 30}]}"
        );
    };
    const auto json = parse_json(text, Extent::whole);
    if (!json) {
        return refuse(json.error());
    }
    Trouble trouble;
    const Place top(*json, trouble);
    FieldReader fields(top);
    MachineCatalogue catalogue;
    fields.field("as_of", catalogue.prices_as_of);
    fields.require(is_iso_date(catalogue.prices_as_of), "as_of", "is not a date as 2026-01-31");
    fields.field("machines", catalogue.machines);
    require_usable_machines(fields, catalogue.machines);
    if (trouble.found()) {
        return refuse(trouble.because());
    }
    return catalogue;
}

}  // namespace advisor
