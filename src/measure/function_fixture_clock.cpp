#include "measure/function_fixture_clock.hpp"

#include <algorithm>

namespace advisor {

namespace {

Seconds between(std::uint64_t begin_ns, std::uint64_t end_ns) {
    return Seconds(end_ns > begin_ns ? static_cast<double>(end_ns - begin_ns) * 1e-9 : 0.0);
}

/// The last element of which `is_it` holds; the size of `elements` if there is none.
template <typename T, typename Predicate>
std::size_t last_of(const std::vector<T>& elements, const Predicate& is_it) {
    const auto found = std::find_if(elements.rbegin(), elements.rend(), is_it);
    return found == elements.rend() ? elements.size()
                                    : static_cast<std::size_t>(elements.rend() - found) - 1;
}

}  // namespace

void FunctionFixtureClock::take(
    TestIndex test, const FunctionFixturePoint& point, std::vector<FunctionFixture>& fixtures
) {
    if (point.edge == Edge::end) {
        end_span(point, fixtures);
        return;
    }
    std::size_t fixture = fixtures.size();
    if (point.span == FixtureSpan::setup) {
        fixtures.push_back({test, point.use, {}, {}, {}, {}});
    } else {
        const std::size_t at =
            last_of(standing_, [&](std::size_t i) { return fixtures[i].use == point.use; });
        if (at == standing_.size()) {
            return;
        }
        fixture = standing_[at];
        standing_.erase(standing_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    open_.push_back({point.span, fixture, 0, point.wall_ns, point.thread_cpu_ns, {}, {}});
}

void FunctionFixtureClock::end_span(
    const FunctionFixturePoint& point, std::vector<FunctionFixture>& fixtures
) {
    const std::size_t at = last_of(open_, [&](const Span& open) {
        return open.span == point.span && open.fixture && fixtures[*open.fixture].use == point.use;
    });
    if (at == open_.size()) {
        return;
    }
    const std::size_t index = *open_[at].fixture;
    const Times times = end(at, point.wall_ns, point.thread_cpu_ns);
    FunctionFixture& fixture = fixtures[index];
    if (point.span == FixtureSpan::setup) {
        standing_.push_back(index);
        fixture.setup = times.wall;
        fixture.setup_cpu = times.cpu;
    } else {
        fixture.teardown = times.wall;
        fixture.teardown_cpu = times.cpu;
    }
}

void FunctionFixtureClock::take(const FixtureMark& mark) {
    if (mark.edge == Edge::begin) {
        open_.push_back(
            {mark.span, {}, mark.instance, mark.at.wall_ns, mark.at.thread_cpu_ns, {}, {}}
        );
        return;
    }
    const std::size_t at = last_of(open_, [&](const Span& open) {
        return !open.fixture && open.span == mark.span && open.instance == mark.instance;
    });
    if (at < open_.size()) {
        end(at, mark.at.wall_ns, mark.at.thread_cpu_ns);
    }
}

FunctionFixtureClock::Times
FunctionFixtureClock::end(std::size_t position, std::uint64_t wall_ns, std::uint64_t cpu_ns) {
    const Span span = open_[position];
    open_.resize(position);
    const Seconds wall = between(span.wall_ns, wall_ns);
    const Seconds cpu = between(span.cpu_ns, cpu_ns);
    if (!open_.empty()) {
        open_.back().inner += wall;
        open_.back().inner_cpu += cpu;
    }
    return {std::max(Seconds(0), wall - span.inner), std::max(Seconds(0), cpu - span.inner_cpu)};
}

}  // namespace advisor
