#pragma once

// Documents for other programs and for the browser.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/profile.hpp>

#include <string>

namespace advisor {

/// One self-contained page: no request leaves it, tables under every chart, light and dark.
[[nodiscard]] std::string as_html(const Advice& advice);

/// Chrome trace format (Perfetto): phases of the session, tests and fixture instances of the
/// profiled run, on their real time line.
[[nodiscard]] std::string as_trace(const Profile& profile);

/// One test a line under the header
/// id,outcome,wall_s,cpu_s,core_wait_s,blocked_s,gil_s,peak_rss_bytes and what was counted, such as
/// instructions,page_faults; empty where not measured.
/// `wall_s` is the sum of the test's phases, `cpu_s` the CPU of the thread that ran it; both are
/// without fixtures of class scope or wider. RFC 4180 quoting; an id that begins with = + - or @
/// is quoted but keeps its bytes, and control characters are spelled out.
[[nodiscard]] std::string tests_csv(const Profile& profile);

}  // namespace advisor
