# Everything comes from Debian's packages; nothing is downloaded at configure time.
# Why each is here stands in src/README.md, one line each.

set(Boost_USE_STATIC_LIBS ON)
find_package(fmt CONFIG REQUIRED)
find_package(tl-expected CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(pugixml CONFIG REQUIRED)
find_package(Eigen3 CONFIG REQUIRED)
find_package(Boost CONFIG REQUIRED COMPONENTS program_options)

add_library(fmt_once STATIC "${CMAKE_CURRENT_LIST_DIR}/fmt_once.cpp")
target_compile_features(fmt_once PUBLIC cxx_std_20)
target_include_directories(
    fmt_once SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>
)

# The archive, as of Boost and libpfm4: a static binary cannot take the shared library.
set_target_properties(pugixml::pugixml PROPERTIES INTERFACE_LINK_LIBRARIES pugixml::static)

find_path(PFM_INCLUDE_DIR perfmon/pfmlib.h REQUIRED)
find_library(PFM_LIBRARY NAMES libpfm.a REQUIRED)
add_library(pfm STATIC IMPORTED)
set_target_properties(
    pfm PROPERTIES
    IMPORTED_LOCATION "${PFM_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${PFM_INCLUDE_DIR}"
)

if(BUILD_TESTING OR NOT DEFINED BUILD_TESTING)
    find_package(doctest CONFIG REQUIRED)
endif()
