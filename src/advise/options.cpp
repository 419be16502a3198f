#include "advise/options.hpp"

namespace advisor {

PredictionOptions prediction_options(const Interpreter& interpreter, std::uint64_t seed) {
    PredictionOptions options;
    options.seed = seed;
    if (interpreter.xdist_version) {
        options.xdist = parse_xdist_version(*interpreter.xdist_version).value_or(options.xdist);
    }
    return options;
}

}  // namespace advisor
