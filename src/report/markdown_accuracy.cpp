#include <advisor/report/markdown.hpp>

#include "report/accuracy_words.hpp"
#include "report/markdown_table.hpp"

namespace advisor {

namespace md = report::markdown;

std::string as_markdown(const Accuracy& accuracy) {
    std::string text;
    for (const std::string& sentence : report::accuracy_sentences(accuracy)) {
        text += md::sentence(sentence);
    }
    return text
           + md::table_of(report::suite_accuracy_columns(), report::suite_accuracy_rows(accuracy))
           + md::table_of(report::rival_columns(), report::rival_rows(accuracy));
}

}  // namespace advisor
