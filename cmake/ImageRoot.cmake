# weir_image_root(<name> <program> [LIMIT_MB <n>] [CERTIFICATES]): target <name>-image-root fills <build>/<name>-image, the
# root of an image FROM scratch: the stripped program, the loader and every shared object that it needs, from this machine.
# <name>/Containerfile copies it. Fails when it is larger than LIMIT_MB. CERTIFICATES adds the public certificate
# authorities, for a program that fetches from anywhere.
function(weir_image_root name program)
  cmake_parse_arguments(ARG "CERTIFICATES" "LIMIT_MB" "" ${ARGN})
  add_custom_target(${name}-image-root
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${program}> -DROOT=${CMAKE_BINARY_DIR}/${name}-image -DSTRIP=${CMAKE_STRIP}
            "-DFOLDERS=${WEIR_DUCKDB_DIR}" "-DLIMIT_MB=${ARG_LIMIT_MB}" -DCERTIFICATES=${ARG_CERTIFICATES}
            -P ${CMAKE_SOURCE_DIR}/cmake/FillImageRoot.cmake
    DEPENDS ${program} VERBATIM)
endfunction()
