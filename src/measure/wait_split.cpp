#include "measure/wait_split.hpp"

#include <advisor/host/clock.hpp>

#include <algorithm>
#include <cmath>

namespace advisor {

namespace {

double sum_of(const Reasons& reasons) {
    double sum = 0;
    for (const double count : reasons) {
        sum += count;
    }
    return sum;
}

void add_to(Reasons& sum, const Reasons& reasons) {
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        sum[i] += reasons[i];
    }
}

Seconds length_of(const WaitInterval& wait) {
    return between_ns(wait.begin_ns, wait.end_ns);
}

constexpr double k_prior_samples = 0.25;

/// `own` and a quarter of a sample's worth of `prior`, as parts of one. Parts below a hundredth are
/// noise.
Reasons mix_of(const Reasons& own, const Reasons& prior) {
    const double prior_sum = sum_of(prior);
    Reasons mix{};
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        mix[i] = own[i] + (prior_sum > 0 ? k_prior_samples * prior[i] / prior_sum : 0);
    }
    const double smallest = sum_of(mix) / 100;
    for (double& part : mix) {
        part = part < smallest ? 0 : part;
    }
    const double sum = sum_of(mix);
    for (double& part : mix) {
        part = sum > 0 ? part / sum : 0;
    }
    return mix;
}

/// Of what was not seen whole, where `others` is the mix of those around.
Reasons rest_of(const SampledWaits& waits, const Reasons& others) {
    return mix_of(waits.samples, sum_of(waits.whole) > 0 ? waits.whole : others);
}

std::vector<Wait> waits_of(const Reasons& times) {
    std::vector<Wait> waits;
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        if (times[i] > 0) {
            waits.push_back({static_cast<WaitReason>(i), Seconds(times[i])});
        }
    }
    std::stable_sort(waits.begin(), waits.end(), [](const Wait& a, const Wait& b) {
        return a.time > b.time;
    });
    return waits;
}

}  // namespace

double periods_of(const Sample& sample, Seconds period) {
    return sample.whole && period > Seconds(0) ? length_of(*sample.whole) / period : 1.0;
}

void SampledWaits::add(const Sample& sample, Seconds period) {
    const auto reason = static_cast<std::size_t>(sample.wait->reason);
    if (sample.whole) {
        whole.at(reason) += length_of(*sample.whole).value();
        samples.at(reason) += std::max(0.0, 1.0 - periods_of(sample, period));
    } else {
        samples.at(reason) += 1;
    }
}

SampledWaits& SampledWaits::operator+=(const SampledWaits& other) {
    add_to(samples, other.samples);
    add_to(whole, other.whole);
    return *this;
}

void WaitSplit::learn(const SampledWaits& waits, std::uint32_t group) {
    by_group_[group] += waits;
    all_ += waits;
}

bool WaitSplit::is_empty() const {
    return !(sum_of(all_.samples) > 0 || sum_of(all_.whole) > 0);
}

std::vector<Wait>
WaitSplit::split(Seconds blocked, const SampledWaits& waits, std::uint32_t group) {
    const Reasons& all = sum_of(all_.samples) > 0 ? all_.samples : all_.whole;
    const Reasons mix = rest_of(waits, rest_of(by_group_[group], all));
    const double samples = sum_of(waits.samples);
    // Each may end with waiting for a core, which is not blocked time.
    const Seconds seen(sum_of(waits.whole));
    const double kept = seen > blocked ? blocked / seen : 1.0;
    const Seconds rest = blocked - seen * kept;
    Reasons times{};
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        times[i] = waits.whole[i] * kept + rest.value() * mix[i];
        totals_[i] += times[i];
        variances_[i] +=
            rest.value() * rest.value() * mix[i] * (1 - mix[i]) / (samples + k_prior_samples + 1);
    }
    seen_whole_ += seen * kept;
    return blocked < k_shortest_split ? std::vector<Wait>() : waits_of(times);
}

std::vector<WaitTotal> WaitSplit::totals(const PeerPorts& ports) const {
    double all_ports = 0;
    for (const auto& [port, time] : ports) {
        all_ports += time;
    }
    std::vector<WaitTotal> waits;
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        const auto reason = static_cast<WaitReason>(i);
        const Seconds error(std::sqrt(variances_[i]));
        if (reason != WaitReason::socket && totals_[i] > 0) {
            waits.push_back({reason, std::nullopt, Seconds(totals_[i]), error});
        }
        for (const auto& [port, time] : ports) {
            if (reason == WaitReason::socket && totals_[i] > 0) {
                const double part = time / all_ports;
                waits.push_back({reason, port, Seconds(totals_[i] * part), error * part});
            }
        }
    }
    std::stable_sort(waits.begin(), waits.end(), [](const WaitTotal& a, const WaitTotal& b) {
        return a.time > b.time;
    });
    return waits;
}

}  // namespace advisor
