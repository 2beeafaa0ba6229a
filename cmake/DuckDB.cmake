# duckdb::duckdb: an installed DuckDB of the pinned version first, else the one that cmake/setup.sh put into the cache.
set(WEIR_DUCKDB_VERSION 1.5.6)
if(DEFINED ENV{XDG_CACHE_HOME})
  set(WEIR_CACHE_DIR $ENV{XDG_CACHE_HOME}/weirkeeper)
else()
  set(WEIR_CACHE_DIR $ENV{HOME}/.cache/weirkeeper)
endif()

find_package(DuckDB ${WEIR_DUCKDB_VERSION} EXACT QUIET CONFIG)
if(DuckDB_FOUND)
  add_library(duckdb::duckdb ALIAS duckdb)
  return()
endif()

set(WEIR_DUCKDB_DIR ${WEIR_CACHE_DIR}/duckdb-${WEIR_DUCKDB_VERSION} CACHE PATH "Folder with libduckdb.so and include/duckdb.hpp")
if(NOT EXISTS ${WEIR_DUCKDB_DIR}/libduckdb.so OR NOT EXISTS ${WEIR_DUCKDB_DIR}/include/duckdb.hpp)
  message(FATAL_ERROR "DuckDB ${WEIR_DUCKDB_VERSION} is not in ${WEIR_DUCKDB_DIR}: run cmake/setup.sh build, or set WEIR_DUCKDB_DIR")
endif()
add_library(duckdb::duckdb SHARED IMPORTED)
set_target_properties(duckdb::duckdb PROPERTIES
  IMPORTED_LOCATION ${WEIR_DUCKDB_DIR}/libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES ${WEIR_DUCKDB_DIR}/include)
