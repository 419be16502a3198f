# advisor_room(NAME ROOMS r... PRIVATE lib... SOURCES f...)
#
# A room is a static library, linked only to the rooms that the table in src/README.md lets it
# include, and to third-party libraries that its .cpp files alone may see.
# tests/layering_test.py holds every #include, and every ROOMS here, against that table.

add_library(advisor_options INTERFACE)
target_include_directories(advisor_options INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(advisor_options INTERFACE tl::expected)
target_compile_definitions(advisor_options INTERFACE ADVISOR_VERSION="${PROJECT_VERSION}")
target_compile_options(
    advisor_options
    INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
              -Wzero-as-null-pointer-constant
              $<$<BOOL:${ADVISOR_WERROR}>:-Werror>
)
target_link_options(advisor_options INTERFACE $<$<BOOL:${ADVISOR_STATIC}>:-static>)
if(ADVISOR_SANITIZE)
    target_compile_options(
        advisor_options
        INTERFACE -fsanitize=${ADVISOR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    )
    target_link_options(advisor_options INTERFACE -fsanitize=${ADVISOR_SANITIZE})
endif()

function(advisor_room name)
    cmake_parse_arguments(ROOM "" "" "ROOMS;PRIVATE;SOURCES" ${ARGN})
    add_library(advisor_${name} STATIC ${ROOM_SOURCES})
    target_include_directories(advisor_${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
    list(TRANSFORM ROOM_ROOMS PREPEND advisor_)
    target_link_libraries(advisor_${name} PUBLIC advisor_options ${ROOM_ROOMS})
    target_link_libraries(advisor_${name} PRIVATE ${ROOM_PRIVATE})
endfunction()

# Ten thousand cases of each law; a sanitizer takes ten times as long for one.
if(ADVISOR_SANITIZE)
    set(ADVISOR_PROPERTY_CASES 500)
else()
    set(ADVISOR_PROPERTY_CASES 10000)
endif()

# advisor_tests(ROOM SOURCES f... PRIVATE lib...): one doctest binary for a room, found by ctest.
function(advisor_tests room)
    cmake_parse_arguments(TESTS "" "" "SOURCES;PRIVATE" ${ARGN})
    add_executable(${room}_test ${PROJECT_SOURCE_DIR}/tests/main.cpp ${TESTS_SOURCES})
    target_include_directories(
        ${room}_test PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests"
    )
    target_compile_definitions(
        ${room}_test PRIVATE ADVISOR_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                             ADVISOR_PROPERTY_CASES=${ADVISOR_PROPERTY_CASES}
    )
    target_link_libraries(
        ${room}_test PRIVATE advisor_${room} ${TESTS_PRIVATE} doctest::doctest
    )
    add_test(NAME ${room} COMMAND ${room}_test --no-breaks)
endfunction()
