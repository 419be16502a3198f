#include "advisor/domain/outcome.hpp"

namespace advisor {

bool is_measurement(const RunOutcome& outcome) {
    const bool ended_by_itself = !outcome.runner_signal && !outcome.deadline
                                 && outcome.stalls.empty() && !outcome.reran_lost;
    const bool ran_all = outcome.conservation.collected > 0 && outcome.conservation.is_whole();
    return ended_by_itself && ran_all && (outcome.exit_code == 0 || outcome.exit_code == 1);
}

}  // namespace advisor
