#include <advisor/store/documents.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"

namespace advisor {

std::string to_json(const ModelParameters& parameters) {
    return write_document(DocumentKind::calibration, parameters);
}

Result<ModelParameters> read_calibration(std::string_view text, std::string_view origin) {
    return read_document<ModelParameters>(DocumentKind::calibration, text, origin);
}

}  // namespace advisor
