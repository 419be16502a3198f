#include "measure/spawn_cost.hpp"

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("the first run of a stage stands apart from the others") {
    const SpawnStage stage =
        stage_of({Seconds(9), Seconds(1), Seconds(4), Seconds(2), Seconds(2.5), Seconds(2)});
    CHECK(stage.first == Seconds(9));
    CHECK(stage.median == Seconds(2));  // of 1, 2, 2, 2.5 and 4
    CHECK(stage.mad == Seconds(0.5));   // of 0, 0, 0.5, 1 and 2
}
