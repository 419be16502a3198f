#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include "report/style.hpp"
#include "report/table.hpp"
#include "report/verdict_words.hpp"

namespace advisor {

namespace {

using namespace report;

Lines table_of(const ShardManifest& manifest, const TextStyle& style) {
    Table table;
    table.columns = {
        {"shard", Align::left},
        {"files", Align::right},
        {"tests", Align::right},
        {"seconds", Align::right}};
    table.rows = rows_of(manifest);
    return lines_of(table, 0, style);
}

/// Each on one line, however wide, so that it can be pasted.
Lines commands_of(const ShardManifest& manifest) {
    Lines lines;
    for (const Shard& shard : manifest.shards) {
        if (!shard.run.empty()) {
            lines.push_back(escape_terminal(shard.run));
        }
    }
    return lines;
}

}  // namespace

std::string as_text(const ShardManifest& manifest, const TextStyle& style) {
    return page(
        {paragraph("", shards_sentence(manifest), style),
         table_of(manifest, style),
         commands_of(manifest)}
    );
}

}  // namespace advisor
