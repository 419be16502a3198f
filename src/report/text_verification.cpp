#include <advisor/report/text.hpp>

#include "report/style.hpp"
#include "report/table.hpp"
#include "report/verification_words.hpp"

namespace advisor {

namespace {

using namespace report;

Lines conclusion(const Verification& verification, const TextStyle& style) {
    const std::string lead = verification.holds ? "KEPT  " : "WORSE THAN PROMISED  ";
    Lines lines = paragraph(lead, verification.reason, style);
    if (lines.empty()) {
        lines.push_back(lead);
    }
    lines.front().replace(
        0, lead.size(), painted(lead, verification.holds ? Tone::good : Tone::bad, style)
    );
    return paragraph("", noise_sentence(verification), style, Tone::dim) + lines;
}

}  // namespace

std::string as_text(const Verification& verification, const TextStyle& style) {
    const Table table{verification_columns(), rows_of(verification)};
    return page(
        {table.rows.empty() ? Lines{} : lines_of(table, 0, style), conclusion(verification, style)}
    );
}

}  // namespace advisor
