#pragma once

// ADVISOR_ASSERT(condition, "sentence") guards an invariant of our own code. It is active in every
// build: a wrong prediction is worse than a stopped program. It is never used on input.

namespace advisor {

[[noreturn]] void
assertion_failed(const char* condition, const char* sentence, const char* file, int line);

}  // namespace advisor

#define ADVISOR_ASSERT(condition, sentence)                                                        \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            ::advisor::assertion_failed(#condition, sentence, __FILE__, __LINE__);                 \
        }                                                                                          \
    } while (false)
