#pragma once

// Which spans of a run a stretch of time fell into: what is read from outside, now and then, is
// shared out among them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace advisor {

/// Goes forwards once through spans that follow one another without gaps, and so have nothing but
/// an `end_ns`. The spans outlive it.
template <typename Span>
class SpansInTime {
public:
    explicit SpansInTime(const std::vector<Span>& spans)
        : spans_(spans) {}

    /// `use(span, ns)` for each span with a part of the time from `begin_ns` to `end_ns`. Nothing
    /// is asked of the time before what was passed last.
    template <typename Use>
    void each(std::int64_t begin_ns, std::int64_t end_ns, const Use& use) const {
        for (std::size_t i = first_; i < spans_.size() && begin_ns < end_ns; ++i) {
            const std::int64_t until_ns = std::min(end_of(i), end_ns);
            if (until_ns > begin_ns) {
                use(spans_[i], static_cast<double>(until_ns - begin_ns));
                begin_ns = until_ns;
            }
        }
    }

    void pass(std::int64_t ns) {
        while (first_ < spans_.size() && end_of(first_) <= ns) {
            ++first_;
        }
    }

private:
    [[nodiscard]] std::int64_t end_of(std::size_t i) const {
        return static_cast<std::int64_t>(spans_[i].end_ns);
    }

    const std::vector<Span>& spans_;
    std::size_t first_ = 0;
};

}  // namespace advisor
