# The step behind weir_image_root: cmake -DPROGRAM=<file> -DROOT=<folder> -DSTRIP=<strip> -DFOLDERS=<more folders of
# libraries> -DLIMIT_MB=<n or empty> -DCERTIFICATES=<ON or OFF> -P FillImageRoot.cmake
cmake_minimum_required(VERSION 3.22)

file(GET_RUNTIME_DEPENDENCIES
  EXECUTABLES ${PROGRAM}
  DIRECTORIES ${FOLDERS}
  RESOLVED_DEPENDENCIES_VAR libraries
  UNRESOLVED_DEPENDENCIES_VAR missing
  CONFLICTING_DEPENDENCIES_PREFIX conflicts)
if(missing)
  message(FATAL_ERROR "${PROGRAM} needs what this machine does not have: ${missing}")
endif()
foreach(name IN LISTS conflicts_FILENAMES)
  # One library found by two paths of one file (/lib is a link to /usr/lib) is no conflict.
  list(GET conflicts_${name} 0 first)
  list(APPEND libraries ${first})
endforeach()

# Libraries go where this machine's loader looks first: beside libc.
set(library_folder "")
foreach(library IN LISTS libraries)
  get_filename_component(name ${library} NAME)
  if(name STREQUAL "libc.so.6")
    get_filename_component(library_folder ${library} DIRECTORY)
  elseif(name MATCHES "^ld-linux")
    set(loader ${library})
  endif()
endforeach()
if(NOT library_folder)
  message(FATAL_ERROR "${PROGRAM} is linked without libc.so.6; this script knows glibc only")
endif()
if(NOT loader)
  file(GLOB loader /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.*)
  list(GET loader 0 loader)
endif()

# copy(<file> <folder in the image>): what links point to, under the name of the link.
function(copy file folder)
  get_filename_component(name ${file} NAME)
  get_filename_component(real ${file} REALPATH)
  file(MAKE_DIRECTORY ${ROOT}${folder})
  configure_file(${real} ${ROOT}${folder}/${name} COPYONLY)
endfunction()

file(REMOVE_RECURSE ${ROOT})
get_filename_component(program_name ${PROGRAM} NAME)
copy(${PROGRAM} /usr/bin)
file(RPATH_REMOVE FILE ${ROOT}/usr/bin/${program_name})
foreach(library IN LISTS libraries)
  get_filename_component(name ${library} NAME)
  if(NOT name MATCHES "^ld-linux")
    copy(${library} ${library_folder})
    list(APPEND copied ${ROOT}${library_folder}/${name})
  endif()
endforeach()
# The loader's path stands in the program: /lib64 for x86-64, /lib for arm64.
get_filename_component(loader_folder ${loader} DIRECTORY)
if(EXISTS /lib64/ld-linux-x86-64.so.2)
  set(loader_folder /lib64)
endif()
copy(${loader} ${loader_folder})
execute_process(COMMAND ${STRIP} --strip-unneeded ${ROOT}/usr/bin/${program_name} ${copied} COMMAND_ERROR_IS_FATAL ANY)

# Some libraries ask who they are, and for a folder for temporary files.
file(WRITE ${ROOT}/etc/passwd "root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n")
file(WRITE ${ROOT}/etc/group "root:x:0:\nnonroot:x:65532:\n")
file(MAKE_DIRECTORY ${ROOT}/tmp)
file(CHMOD ${ROOT}/tmp DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_WRITE GROUP_EXECUTE WORLD_READ WORLD_WRITE WORLD_EXECUTE)
if(CERTIFICATES)
  copy(/etc/ssl/certs/ca-certificates.crt /etc/ssl/certs)
endif()

set(bytes 0)
file(GLOB_RECURSE files ${ROOT}/*)
foreach(file IN LISTS files)
  file(SIZE ${file} size)
  math(EXPR bytes "${bytes} + ${size}")
endforeach()
math(EXPR tenths "${bytes} / 100000")
math(EXPR whole "${tenths} / 10")
math(EXPR tenth "${tenths} % 10")
list(LENGTH libraries count)
message(STATUS "${program_name}: ${whole}.${tenth} MB with ${count} libraries in ${ROOT}")
if(LIMIT_MB AND whole GREATER_EQUAL LIMIT_MB)
  message(FATAL_ERROR "the image of ${program_name} may have ${LIMIT_MB} MB")
endif()
