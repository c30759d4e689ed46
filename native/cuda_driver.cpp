// g++ -std=c++20 -c cuda_driver.cpp      (root CMakeLists.txt does this)
// Finds libcuda.so.1 (nvcuda.dll), once per process.
#include "cuda_driver.h"

#include <cstdio>
#include <cstdlib>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace miwv::cuda {

namespace {

char reason[256];
driver table;

void *open_library(const char *name) {
#ifdef _WIN32
    return reinterpret_cast<void *>(LoadLibraryA(name));
#else
    return dlopen(name, RTLD_NOW | RTLD_LOCAL);
#endif
}

void *symbol(void *library, const char *name) {
#ifdef _WIN32
    return reinterpret_cast<void *>(GetProcAddress(static_cast<HMODULE>(library), name));
#else
    return dlsym(library, name);
#endif
}

template <class F>
bool find(void *library, const char *name, F &function) {
    function = reinterpret_cast<F>(symbol(library, name));
    if (function != nullptr) return true;
    std::snprintf(reason, sizeof reason, "the NVIDIA driver has no %s: it is too old, install 525 or later", name);
    return false;
}

const driver *load() {
    const char *named = std::getenv("MIWV_CUDA_DRIVER");
#ifdef _WIN32
    const char *standard = "nvcuda.dll";
#else
    const char *standard = "libcuda.so.1";
#endif
    const char *name = named != nullptr && *named != 0 ? named : standard;
    void *library = open_library(name);
    if (library == nullptr) {
        std::snprintf(reason, sizeof reason, "no NVIDIA driver (%s cannot be loaded)", name);
        return nullptr;
    }
    driver &d = table;
    if (!(find(library, "cuInit", d.cuInit) && find(library, "cuDriverGetVersion", d.cuDriverGetVersion) &&
          find(library, "cuGetErrorString", d.cuGetErrorString) && find(library, "cuDeviceGetCount", d.cuDeviceGetCount) &&
          find(library, "cuDeviceGet", d.cuDeviceGet) && find(library, "cuDeviceGetName", d.cuDeviceGetName) &&
          find(library, "cuDeviceGetAttribute", d.cuDeviceGetAttribute) &&
          find(library, "cuDeviceTotalMem_v2", d.cuDeviceTotalMem) &&
          find(library, "cuDevicePrimaryCtxRetain", d.cuDevicePrimaryCtxRetain) &&
          find(library, "cuCtxPushCurrent_v2", d.cuCtxPushCurrent) && find(library, "cuCtxPopCurrent_v2", d.cuCtxPopCurrent) &&
          find(library, "cuModuleLoadDataEx", d.cuModuleLoadDataEx) &&
          find(library, "cuModuleGetFunction", d.cuModuleGetFunction) && find(library, "cuMemAlloc_v2", d.cuMemAlloc) &&
          find(library, "cuMemFree_v2", d.cuMemFree) && find(library, "cuMemAllocHost_v2", d.cuMemAllocHost) &&
          find(library, "cuMemFreeHost", d.cuMemFreeHost) && find(library, "cuMemcpyHtoDAsync_v2", d.cuMemcpyHtoDAsync) &&
          find(library, "cuMemcpyDtoHAsync_v2", d.cuMemcpyDtoHAsync) &&
          find(library, "cuMemcpyDtoDAsync_v2", d.cuMemcpyDtoDAsync) && find(library, "cuStreamCreate", d.cuStreamCreate) &&
          find(library, "cuStreamSynchronize", d.cuStreamSynchronize) && find(library, "cuEventCreate", d.cuEventCreate) &&
          find(library, "cuEventRecord", d.cuEventRecord) && find(library, "cuEventSynchronize", d.cuEventSynchronize) &&
          find(library, "cuEventElapsedTime", d.cuEventElapsedTime) &&
          find(library, "cuPointerGetAttribute", d.cuPointerGetAttribute) && find(library, "cuLaunchKernel", d.cuLaunchKernel)))
        return nullptr;

    const result started = d.cuInit(0);
    int devices = 0;
    if (started == 0) d.cuDeviceGetCount(&devices);
    if (started != 0 || devices == 0) {
        const char *text = nullptr;
        if (started != 0) d.cuGetErrorString(started, &text);
        std::snprintf(reason, sizeof reason, "the NVIDIA driver finds no card (%s)", text != nullptr ? text : "0 devices");
        return nullptr;
    }
    return &d;
}

}  // namespace

const driver *load_driver(const char **why) {
    static const driver *const loaded = load();
    *why = reason;
    return loaded;
}

}  // namespace miwv::cuda
