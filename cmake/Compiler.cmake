# Warnings, hardening, sanitizers, ccache and mold, for every target of ours.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(own_warnings -Wshadow=local)
else()
  set(own_warnings -Wno-missing-braces)  # gcc takes them for granted of std::array
endif()
add_compile_options(-Wall -Wextra -Wpedantic ${own_warnings} -Wnon-virtual-dtor -Wno-missing-field-initializers -Werror)
add_compile_options(-fstack-protector-strong)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now -pie)

# Programs are compiled as libraries are, so that both can use one precompiled header.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE ${CMAKE_CXX_COMPILE_OPTIONS_PIC})

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-O0 -g1)
else()
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()

if(WEIR_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(WEIR_SANITIZE STREQUAL "fuzzer")
  # What is fuzzed is optimised: inputs a second count.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=address,undefined)
elseif(WEIR_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -Wno-tsan)  # Boost.Asio has fences, which gcc does not instrument
  add_link_options(-fsanitize=thread)
endif()

# For folders in which simulated lives spend their time. gcc at -O1 takes instrumented code for uses of uninitialised values.
macro(weir_optimise_under_sanitizers)
  if(WEIR_SANITIZE)
    set(WEIR_OPTIMISED ON)
    add_compile_options(-O1 -Wno-maybe-uninitialized)
  endif()
endmacro()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need the sloppiness and -fpch-preprocess; base folder and no hash of the folder let clones share.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
