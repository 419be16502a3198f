#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

#include "advisor/host/inheritance.hpp"

namespace advisor {

void fill_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) {
            // The lowest number that is free, which is this one. Opened for what it is not for.
            [[maybe_unused]] const int filled =
                ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

}  // namespace advisor
