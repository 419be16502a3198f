# The target `headers`: every public header compiles on its own. cmake makes one source a header.
# The glob is right here, since a header that is left out of a list would be a header not checked.

if(ADVISOR_SANITIZE)
    return()  # a sanitizer has nothing to say about them
endif()

file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/advisor/*.hpp")
add_library(public_headers INTERFACE)
target_sources(
    public_headers
    INTERFACE FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${public_headers}
)
target_link_libraries(public_headers INTERFACE advisor_options)
set_target_properties(public_headers PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)

add_custom_target(headers ALL)
add_dependencies(headers public_headers_verify_interface_header_sets)
