#include <advisor/base/text.hpp>
#include <advisor/model/predict.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace advisor {

Result<XdistVersion> parse_xdist_version(const std::string& text) {
    const auto refuse = [&](std::string because) {
        return fail(
            ErrorKind::environment,
            fmt::format("cannot model pytest-xdist '{}'", escape_terminal(text)),
            std::move(because),
            "install pytest-xdist 3.x"
        );
    };
    std::array<std::uint32_t, 3> parts{};
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    std::size_t read = 0;
    while (read < parts.size()) {
        const auto [stop, error] = std::from_chars(at, end, parts.at(read));
        if (error != std::errc()) {
            break;
        }
        ++read;
        at = stop;
        if (at == end || *at != '.') {
            break;
        }
        ++at;
    }
    if (read < 2) {
        return refuse("it is not a version like 3.8.0");
    }
    if (parts[0] != 3) {
        return refuse("how that major version distributes tests is not known");
    }
    return XdistVersion{parts[0], parts[1], parts[2]};
}

}  // namespace advisor
