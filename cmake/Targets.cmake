# weir_share_headers(<target>): compiles it with one precompiled header of what nearly every file includes. It is made twice under
# sanitizers, where some folders are optimised and others are not, since both must then agree on -O; else once.
function(weir_share_headers target)
  if(WEIR_OPTIMISED)
    set(owner weir_optimised_headers)
  else()
    set(owner weir_common_headers)
  endif()
  if(NOT TARGET ${owner})
    file(WRITE ${CMAKE_BINARY_DIR}/${owner}.cpp "")
    add_library(${owner} OBJECT ${CMAKE_BINARY_DIR}/${owner}.cpp)
    target_precompile_headers(${owner} PRIVATE ${WEIR_COMMON_HEADERS})
    target_link_libraries(${owner} PRIVATE nlohmann_json::nlohmann_json)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()
set(WEIR_COMMON_HEADERS <nlohmann/json.hpp> <string> <vector> <map> <functional>)

# Two branches that each add a file to one list may be merged into two lists.
function(weir_refuse_repeats name)
  list(LENGTH ARGN all)
  list(REMOVE_DUPLICATES ARGN)
  list(LENGTH ARGN different)
  if(NOT all EQUAL different)
    message(FATAL_ERROR "${name} names a source twice")
  endif()
endfunction()

# weir_library(<name> SOURCES <files> LINKS <targets> [HEADERS <headers>]): the static library of one folder. It may link only
# what docs/ARCHITECTURE.md lets the folder include. HEADERS: what it precompiles in a header of its own.
function(weir_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;HEADERS" ${ARGN})
  weir_refuse_repeats(${name} ${ARG_SOURCES})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS})
  if(ARG_HEADERS)
    target_precompile_headers(${name} PRIVATE ${WEIR_COMMON_HEADERS} ${ARG_HEADERS})
  else()
    weir_share_headers(${name})
  endif()
endfunction()

# weir_program(<name> SOURCES <files> LINKS <targets>)
function(weir_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  weir_share_headers(${name})
endfunction()

# weir_test(<name> SOURCES <files> LINKS <targets> [LABELS <labels>] [THREADS]): one GoogleTest program, one ctest entry for
# each test in it. THREADS: what it tests has threads of its own, so that it also runs under ThreadSanitizer: it gets the
# label unit-threads, which both `ctest -L unit` and `ctest -L threads` pick (gtest_discover_tests makes garbage of a list), and the
# target threaded_tests builds it.
function(weir_test name)
  cmake_parse_arguments(ARG "THREADS" "" "SOURCES;LINKS;LABELS" ${ARGN})
  weir_refuse_repeats(${name} ${ARG_SOURCES})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} weir_test_folders GTest::gmock GTest::gtest_main)
  weir_share_headers(${name})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(ARG_THREADS)
    string(APPEND ARG_LABELS -threads)
    add_dependencies(threaded_tests ${name})
  endif()
  # A seed of its own for RapidCheck, so that a test which fails here fails everywhere.
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300 ENVIRONMENT "RC_PARAMS=seed=20260102")
endfunction()
