#include "advise/findings.hpp"

#include <algorithm>
#include <iterator>

namespace advisor {

std::vector<Finding> findings_of(
    const Profile& profile,
    const ModelParameters& parameters,
    const std::vector<Prediction>& predictions,
    const Comparison& comparison,
    const Rework& rework,
    const Ability& ability
) {
    std::vector<Finding> all = profile_findings(profile);
    for (auto& group :
         {suite_findings(profile, parameters, comparison, rework),
          environment_findings(profile, predictions, comparison, ability),
          leftover_findings(profile)}) {
        all.insert(all.end(), group.begin(), group.end());
    }
    std::stable_sort(all.begin(), all.end(), [](const Finding& a, const Finding& b) {
        return a.severity < b.severity;
    });
    return all;
}

}  // namespace advisor
