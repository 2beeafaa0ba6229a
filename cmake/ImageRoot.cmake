# weir_image_root(<name> <program>): target <name>-image-root fills <build>/<name>-image with the stripped program, every
# shared object that it needs, and the root certificates: what <name>/Containerfile copies into an empty image.
function(weir_image_root name program)
  add_custom_target(${name}-image-root
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${program}> -DROOT=${CMAKE_BINARY_DIR}/${name}-image -DSTRIP=${CMAKE_STRIP}
            "-DFOLDERS=${WEIR_DUCKDB_DIR}" -P ${CMAKE_SOURCE_DIR}/cmake/FillImageRoot.cmake
    DEPENDS ${program} VERBATIM)
endfunction()
