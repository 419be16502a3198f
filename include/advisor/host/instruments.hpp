#pragma once

// What measuring and running need of the machine, so that tests can hand in fakes.

#include <advisor/host/counters.hpp>
#include <advisor/host/file_reader.hpp>
#include <advisor/host/process.hpp>

namespace advisor {

struct Instruments {
    ProcessLauncher& launcher;
    const CounterSource& counters;
    FileReader files;
};

}  // namespace advisor
