#include "cli/program.hpp"

int main(int count, char** words) {
    return advisor::cli::program({words + (count > 0 ? 1 : 0), words + count});
}
