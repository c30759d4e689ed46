// The CUDA driver API as far as this project uses it, declared here and found at run time: nothing of NVIDIA's is needed
// to build, and a machine without a driver runs everything else.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace miwv::cuda {

using result = int;  // CUresult; 0 = success
using device = int;
using context = void *;
using module = void *;
using function = void *;
using stream = void *;
using event = void *;
using pointer = unsigned long long;

constexpr int attribute_multiprocessors = 16, attribute_major = 75, attribute_minor = 76;  // CUdevice_attribute
constexpr int pointer_memory_type = 2, pointer_device_ordinal = 9, memory_type_device = 2; // CUpointer_attribute, CUmemorytype
constexpr int jit_error_log_buffer = 5, jit_error_log_buffer_bytes = 6;                    // CUjit_option
constexpr unsigned stream_non_blocking = 1;

struct driver {
    result (*cuInit)(unsigned flags);
    result (*cuDriverGetVersion)(int *version);
    result (*cuGetErrorString)(result error, const char **text);
    result (*cuDeviceGetCount)(int *count);
    result (*cuDeviceGet)(device *device, int ordinal);
    result (*cuDeviceGetName)(char *name, int length, device device);
    result (*cuDeviceGetAttribute)(int *value, int attribute, device device);
    result (*cuDeviceTotalMem)(size_t *bytes, device device);
    result (*cuDevicePrimaryCtxRetain)(context *context, device device);
    result (*cuCtxPushCurrent)(context context);
    result (*cuCtxPopCurrent)(context *context);
    result (*cuModuleLoadDataEx)(module *module, const void *image, unsigned options, int *option, void **value);
    result (*cuModuleGetFunction)(function *function, module module, const char *name);
    result (*cuMemAlloc)(pointer *pointer, size_t bytes);
    result (*cuMemFree)(pointer pointer);
    result (*cuMemAllocHost)(void **pointer, size_t bytes);
    result (*cuMemFreeHost)(void *pointer);
    result (*cuMemcpyHtoDAsync)(pointer to, const void *from, size_t bytes, stream stream);
    result (*cuMemcpyDtoHAsync)(void *to, pointer from, size_t bytes, stream stream);
    result (*cuMemcpyDtoDAsync)(pointer to, pointer from, size_t bytes, stream stream);
    result (*cuStreamCreate)(stream *stream, unsigned flags);
    result (*cuStreamSynchronize)(stream stream);
    result (*cuEventCreate)(event *event, unsigned flags);
    result (*cuEventRecord)(event event, stream stream);
    result (*cuEventSynchronize)(event event);
    result (*cuEventElapsedTime)(float *milliseconds, event begin, event end);
    result (*cuPointerGetAttribute)(void *value, int attribute, pointer pointer);
    result (*cuLaunchKernel)(function function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                             unsigned block_y, unsigned block_z, unsigned shared_bytes, stream stream, void **arguments,
                             void **extra);
};

// The driver, initialised and with at least one device; null where there is none, and then *why has one line.
const driver *load_driver(const char **why);

}  // namespace miwv::cuda
