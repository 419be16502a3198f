#include "measure/gil_self_test.hpp"

namespace advisor {

void GilSelfTest::take(
    RingMoment moment, std::optional<bool> held, std::optional<int> last_holder
) {
    if (moment != RingMoment::holding && moment != RingMoment::released) {
        return;
    }
    Readings& readings = moment == RingMoment::holding ? holding_ : released_;
    ++readings.readings;
    readings.held += held.value_or(moment == RingMoment::released) ? 1 : 0;
    readings.by_other += last_holder.value_or(tid_) != tid_ ? 1 : 0;
}

RingMoment GilSelfTest::seen() const {
    if (released_.readings >= k_enough) {
        return RingMoment::released;
    }
    return holding_.readings >= k_enough ? RingMoment::holding : RingMoment::none;
}

std::string GilSelfTest::why_not() const {
    if (holding_.readings < k_enough || released_.readings < k_enough) {
        return "the recorder did not come to show moments with and without the GIL";
    }
    // Other threads may take it for a moment while the recorder computes. While the recorder sleeps
    // it wakes up every millisecond, and other threads may compute.
    if (holding_.held * 10 < holding_.readings * 9) {
        return "it read as free while the recorder held it";
    }
    if (holding_.by_other * 2 > holding_.readings) {
        return "it read as held by another thread while the recorder held it";
    }
    if (released_.held == released_.readings) {
        return "it read as held while the recorder slept";
    }
    return "";
}

}  // namespace advisor
