#pragma once

// The columns that a Cost has in a table of a profile, and the small values that stand in its rows.

#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "store/json_columns.hpp"

namespace advisor {

/// [fixture] or [fixture, parameter].
template <>
struct Codec<FixtureUse> {
    static Json json(const FixtureUse& use) {
        Json array = Json::array({use.fixture.value});
        if (use.parameter != FixtureUse::k_no_parameter) {
            array.push_back(use.parameter);
        }
        return array;
    }
    static FixtureUse read(const Place& at) {
        const auto numbers = Codec<std::vector<std::uint32_t>>::read(at);
        if (numbers.empty() || numbers.size() > 2) {
            at.refuse("is neither [fixture] nor [fixture, parameter]");
            return {};
        }
        FixtureUse use{{numbers.front()}};
        if (numbers.size() == 2) {
            use.parameter = numbers.back();
        }
        return use;
    }
};

/// [reason, seconds].
template <>
struct Codec<Wait> {
    static Json json(const Wait& wait) {
        return Json::array({Codec<WaitReason>::json(wait.reason), Codec<Seconds>::json(wait.time)});
    }
    static Wait read(const Place& at) {
        if (!at.json().is_array() || at.json().size() != 2) {
            at.refuse("is not [reason, seconds]");
            return {};
        }
        return {Codec<WaitReason>::read(at.element(0)), Codec<Seconds>::read(at.element(1))};
    }
};

template <typename Tag>
struct Codec<Index<Tag>> {
    static Json json(Index<Tag> index) { return index.value; }
    static Index<Tag> read(const Place& at) { return {Codec<std::uint32_t>::read(at)}; }
};

/// `cost(row)` is the Cost of a row.
template <typename Table, typename Part>
void cost_columns(Table& table, const Part& cost) {
    const auto part = [&](auto member) {
        return [&cost, member ](auto& row) -> auto& {
            return cost(row).*member;
        };
    };
    table.column("wall_s", part(&Cost::wall));
    table.column("cpu_user_s", part(&Cost::cpu_user));
    table.column("cpu_sys_s", part(&Cost::cpu_sys));
    table.column("other_threads_cpu_s", part(&Cost::other_threads_cpu));
    table.column("children_cpu_s", part(&Cost::children_cpu));
    table.measured("core_wait_s", "core_wait_source", part(&Cost::core_wait));
    table.measured("gil_held_s", "gil_held_source", part(&Cost::gil_held));
    table.optional_measured(
        "gil_held_blocked_s", "gil_held_blocked_source", part(&Cost::gil_held_blocked)
    );
    table.optional_measured("gil_releases", "gil_releases_source", part(&Cost::gil_releases));
    table.column("voluntary_switches", part(&Cost::voluntary_switches));
    table.column("involuntary_switches", part(&Cost::involuntary_switches));
    table.column("major_faults", part(&Cost::major_faults));
}

template <typename Row>
void cost_group(auto& table, std::string_view key, Cost Row::*member) {
    table.group(key, [&](auto& inner) {
        cost_columns(
            inner, [&](auto& row) -> auto& { return row.*member; }
        );
    });
}

/// A column for a member of the row.
void column(auto& table, std::string_view key, auto member) {
    table.column(
        key, [&](auto& row) -> auto& { return row.*member; }
    );
}

/// One phase of the session as a table of a single row, so that its columns are plain numbers.
void session_phase(auto& fields, std::string_view key, auto& cost) {
    fields.object(key, [&](auto& phase) {
        columns(phase, std::span(&cost, 1), [](auto& table) {
            cost_columns(
                table, [](auto& row) -> auto& { return row; }
            );
        });
    });
}

}  // namespace advisor
