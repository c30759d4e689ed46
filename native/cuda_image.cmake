# cmake -DIMAGE=<file, or empty> -DKIND=<text> -DOUT=<file.cpp> -P cuda_image.cmake
# Writes the compiled kernels as a C array.
set(bytes "0")
if(IMAGE)
  file(READ "${IMAGE}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND bytes "0")
endif()
file(WRITE "${OUT}" "extern \"C\" {
extern const char miwv_cuda_image_kind[] = \"${KIND}\";
alignas(16) extern const unsigned char miwv_cuda_image[] = {
${bytes}};
}
")
