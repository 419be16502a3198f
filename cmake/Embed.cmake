# advisor_embed(TARGET FILES f...)
#
# Compiles files into TARGET, so that one binary carries them. For each file there is a function in
# namespace advisor, named after it: `std::string_view embedded_cost_json()` for models/cost.json.
# Two files of one target must not have the same name; an __init__.py goes by its folder's, as the
# module does. The declarations are in
# "<room>/embedded.hpp", where advisor_<room> is TARGET; only TARGET sees it.
#
# The second half of this file is run as a script at build time, when a file has changed; CMake
# alone is needed for it.

if(NOT CMAKE_SCRIPT_MODE_FILE)
    set(ADVISOR_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

    function(advisor_embed target)
        cmake_parse_arguments(EMBED "" "" "FILES" ${ARGN})
        list(TRANSFORM EMBED_FILES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" REGEX "^[^/]")
        string(REGEX REPLACE "^advisor_" "" room "${target}")
        set(generated "${CMAKE_CURRENT_BINARY_DIR}/embedded")
        set(outputs "${generated}/${room}/embedded.hpp" "${generated}/${room}/embedded.cpp")
        string(REPLACE ";" "|" files "${EMBED_FILES}")
        add_custom_command(
            OUTPUT ${outputs}
            COMMAND "${CMAKE_COMMAND}" "-DROOM=${room}" "-DOUTPUT=${generated}/${room}"
                    "-DFILES=${files}" -P "${ADVISOR_EMBED_SCRIPT}"
            DEPENDS ${EMBED_FILES} "${ADVISOR_EMBED_SCRIPT}"
            COMMENT "Embedding files in ${target}"
            VERBATIM
        )
        target_sources(${target} PRIVATE ${outputs})
        target_include_directories(${target} PRIVATE "${generated}")
    endfunction()

    return()
endif()

cmake_minimum_required(VERSION 3.25)  # a script has no policies otherwise

string(REPLACE "|" ";" FILES "${FILES}")
set(declarations "")
set(definitions "")
foreach(file IN LISTS FILES)
    string(REGEX REPLACE "/__init__\\.py$" ".py" name "${file}")
    get_filename_component(name "${name}" NAME)
    string(MAKE_C_IDENTIFIER "${name}" name)
    if("${name}" IN_LIST names)
        message(FATAL_ERROR "two embedded files are named ${name}")
    endif()
    list(APPEND names "${name}")
    file(READ "${file}" bytes HEX)
    # Escaped characters, not a string literal: those have a limit, and bytes need no quoting.
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND declarations "[[nodiscard]] std::string_view embedded_${name}();\n")
    string(
        APPEND definitions
        "std::string_view embedded_${name}() {\n"
        "    // One more, so that an empty file is an array too.\n"
        "    static constexpr char k_bytes[] = {${bytes}'\\0'};\n"
        "    return {k_bytes, sizeof(k_bytes) - 1};\n}\n\n"
    )
endforeach()
file(
    WRITE "${OUTPUT}/embedded.hpp"
    "#pragma once\n\n#include <string_view>\n\nnamespace advisor {\n\n${declarations}\n"
    "}  // namespace advisor\n"
)
file(
    WRITE "${OUTPUT}/embedded.cpp"
    "#include \"${ROOM}/embedded.hpp\"\n\nnamespace advisor {\n\n${definitions}"
    "}  // namespace advisor\n"
)
