// g++ -std=c++20 -shared fake_cuda.cpp      (root CMakeLists.txt does this; MIWV_CUDA_DRIVER=<file> makes the gather use it)
// A CUDA driver without a card, for tests: device memory is host memory, and a launch of a gather kernel runs the same
// device code in lockstep_block.h. MIWV_FAKE_CUDA_FAIL=<function> makes that function fail with "out of memory";
// MIWV_FAKE_CUDA_ANY=1 takes every address for device memory.
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "lockstep_block.h"

#define API extern "C" __attribute__((visibility("default"))) int

namespace {

using kernel = void (*)(const miwv::gather_args &, miwv::block_scratch &);

std::mutex gate;
std::map<uintptr_t, size_t> allocated;
thread_local int contexts = 0;

constexpr int invalid = 1, out_of_memory = 2, bad_image = 200, no_context = 201, not_found = 500;

bool fails(const char *name) {
    const char *wanted = std::getenv("MIWV_FAKE_CUDA_FAIL");
    return wanted != nullptr && std::strcmp(wanted, name) == 0;
}

bool on_device(unsigned long long address, size_t bytes) {
    if (std::getenv("MIWV_FAKE_CUDA_ANY") != nullptr) return true;
    std::lock_guard<std::mutex> lock(gate);
    auto after = allocated.upper_bound(address);
    if (after == allocated.begin()) return false;
    --after;
    return address + bytes <= after->first + after->second;
}

template <class Element, bool Entropy, bool Rank>
void sum(const miwv::gather_args &args, miwv::block_scratch &shared) {
    miwv::sum_slice<lockstep::machine, Element, Entropy, Rank>(args, shared);
}

template <class Element>
void finish(const miwv::gather_args &args, miwv::block_scratch &) {
    miwv::finish<lockstep::machine, Element>(args);
}

void segments(const miwv::gather_args &args, miwv::block_scratch &) { miwv::sum_segments<lockstep::machine>(args); }

template <class Element>
void add(std::map<std::string, kernel> &all, const std::string &type) {
    all["miwv_sum_" + type] = sum<Element, false, false>;
    all["miwv_sum_" + type + "_entropy"] = sum<Element, true, false>;
    all["miwv_sum_" + type + "_rank"] = sum<Element, false, true>;
    all["miwv_sum_" + type + "_entropy_rank"] = sum<Element, true, true>;
    all["miwv_finish_" + type] = finish<Element>;
}

const std::map<std::string, kernel> &kernels() {
    static const std::map<std::string, kernel> all = [] {
        std::map<std::string, kernel> k;
        add<miwv::f32_element>(k, "f32");
        add<miwv::f16_element>(k, "f16");
        add<miwv::bf16_element>(k, "bf16");
        k["miwv_sum_segments"] = segments;
        return k;
    }();
    return all;
}

}  // namespace

API cuInit(unsigned) { return fails("cuInit") ? out_of_memory : 0; }
API cuDriverGetVersion(int *v) { *v = 12000; return 0; }
API cuGetErrorString(int e, const char **text) {
    *text = e == out_of_memory ? "out of memory" : e == bad_image ? "device kernel image is invalid" : "a fake error";
    return 0;
}
API cuDeviceGetCount(int *n) { *n = 1; return 0; }
API cuDeviceGet(int *device, int ordinal) { *device = ordinal; return ordinal == 0 ? 0 : 101; }
API cuDeviceGetName(char *name, int length, int) { std::strncpy(name, "Fake card", static_cast<size_t>(length)); return 0; }
API cuDeviceGetAttribute(int *value, int attribute, int) { *value = attribute == 75 ? 7 : attribute == 76 ? 5 : 4; return 0; }
API cuDeviceTotalMem_v2(size_t *bytes, int) { *bytes = size_t{1} << 34; return 0; }
API cuDevicePrimaryCtxRetain(void **context, int) {
    static int primary;
    *context = &primary;
    return 0;
}
API cuCtxPushCurrent_v2(void *) { contexts++; return 0; }
API cuCtxPopCurrent_v2(void **) { contexts--; return 0; }
API cuModuleLoadDataEx(void **module, const void *image, unsigned, int *, void **) {
    if (contexts < 1) return no_context;
    if (fails("cuModuleLoadDataEx")) return bad_image;
    *module = const_cast<void *>(image);
    return 0;
}
// The name must be in the image too, so that a kernel that only the fake knows is not found.
API cuModuleGetFunction(void **function, void *module, const char *name) {
    const auto found = kernels().find(name);
    const char *image = static_cast<const char *>(module);
    const bool ptx = std::strstr(image, ".version") != nullptr;
    if (found == kernels().end() || (ptx && std::strstr(image, (std::string(".entry ") + name + "(").c_str()) == nullptr))
        return not_found;
    *function = reinterpret_cast<void *>(found->second);
    return 0;
}
API cuMemAlloc_v2(unsigned long long *pointer, size_t bytes) {
    if (contexts < 1) return no_context;
    if (fails("cuMemAlloc_v2")) return out_of_memory;
    void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::lock_guard<std::mutex> lock(gate);
    *pointer = reinterpret_cast<uintptr_t>(memory);
    allocated[*pointer] = bytes;
    return 0;
}
API cuMemFree_v2(unsigned long long pointer) {
    std::lock_guard<std::mutex> lock(gate);
    if (allocated.erase(pointer) == 0) return invalid;
    std::free(reinterpret_cast<void *>(pointer));
    return 0;
}
API cuMemAllocHost_v2(void **pointer, size_t bytes) {
    if (fails("cuMemAllocHost_v2")) return out_of_memory;
    *pointer = std::malloc(bytes);
    return 0;
}
API cuMemFreeHost(void *pointer) { std::free(pointer); return 0; }
API cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, void *) {
    if (!on_device(to, bytes)) return invalid;
    std::memcpy(reinterpret_cast<void *>(to), from, bytes);
    return 0;
}
API cuMemcpyDtoHAsync_v2(void *to, unsigned long long from, size_t bytes, void *) {
    if (!on_device(from, bytes)) return invalid;
    std::memcpy(to, reinterpret_cast<const void *>(from), bytes);
    return 0;
}
API cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void *) {
    if (!on_device(from, bytes) || !on_device(to, bytes)) return invalid;
    std::memcpy(reinterpret_cast<void *>(to), reinterpret_cast<const void *>(from), bytes);
    return 0;
}
API cuStreamCreate(void **stream, unsigned) {
    static int any;
    *stream = &any;
    return contexts < 1 ? no_context : 0;
}
API cuStreamSynchronize(void *) { return fails("cuStreamSynchronize") ? 700 : 0; }
API cuEventCreate(void **event, unsigned) { *event = nullptr; return 0; }
API cuEventRecord(void *, void *) { return 0; }
API cuEventSynchronize(void *) { return 0; }
API cuEventElapsedTime(float *milliseconds, void *, void *) { *milliseconds = 1.0f; return 0; }
API cuPointerGetAttribute(void *value, int attribute, unsigned long long pointer) {
    if (!on_device(pointer, 1)) return invalid;
    *static_cast<int *>(value) = attribute == 2 ? 2 : 0;
    return 0;
}
API cuLaunchKernel(void *function, unsigned grid, unsigned, unsigned, unsigned threads, unsigned, unsigned, unsigned, void *,
                   void **arguments, void **) {
    if (contexts < 1) return no_context;
    if (grid == 0 || threads != miwv::block_threads) return invalid;
    lockstep::run(reinterpret_cast<kernel>(function), *static_cast<const miwv::gather_args *>(arguments[0]), static_cast<int>(grid));
    return 0;
}
