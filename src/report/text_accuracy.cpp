#include <advisor/report/text.hpp>

#include "report/accuracy_words.hpp"
#include "report/style.hpp"
#include "report/table.hpp"

namespace advisor {

std::string as_text(const Accuracy& accuracy, const TextStyle& style) {
    using namespace report;
    Lines sentences;
    for (const std::string& sentence : accuracy_sentences(accuracy)) {
        sentences = sentences + paragraph("", sentence, style);
    }
    return page(
        {sentences,
         lines_of({suite_accuracy_columns(), suite_accuracy_rows(accuracy)}, 0, style),
         lines_of({rival_columns(), rival_rows(accuracy)}, 0, style)}
    );
}

}  // namespace advisor
