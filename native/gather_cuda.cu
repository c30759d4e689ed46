// nvcc -fatbin -std=c++17 ... gather_cuda.cu, or clang -x cuda --cuda-device-only -nocudainc -nocudalib -S gather_cuda.cu
// (root CMakeLists.txt does one or the other). Ladder: 1 this: one read, online max, a block per 64 KiB, fp64 across threads.
// Needs no CUDA header: the few instructions that C++ lacks are written in PTX.
#include "gather_cuda_kernels.h"

#define KERNEL extern "C" __attribute__((global)) void

namespace {

using namespace miwv;

struct ptx {
    static MIWV_DEVICE int32_t thread() { int32_t i; asm volatile("mov.u32 %0, %%tid.x;" : "=r"(i)); return i; }
    static MIWV_DEVICE int32_t block() { int32_t i; asm volatile("mov.u32 %0, %%ctaid.x;" : "=r"(i)); return i; }
    static MIWV_DEVICE int32_t blocks() { int32_t n; asm volatile("mov.u32 %0, %%nctaid.x;" : "=r"(n)); return n; }
    static MIWV_DEVICE void barrier() { asm volatile("bar.sync 0;" ::: "memory"); }

    // Read once by one thread: no place in L1.
    static MIWV_DEVICE vec16 load(const vec16 *p) {
        vec16 v;
        asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(v.word[0]), "=r"(v.word[1]), "=r"(v.word[2]), "=r"(v.word[3]) : "l"(p));
        return v;
    }

    static MIWV_DEVICE float exp2(float x) { float y; asm("ex2.approx.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
    static MIWV_DEVICE float maximum(float a, float b) { float y; asm("max.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b)); return y; }
    static MIWV_DEVICE float as_float(uint32_t bits) { float y; asm("mov.b32 %0, %1;" : "=f"(y) : "r"(bits)); return y; }
    static MIWV_DEVICE double as_double(uint64_t bits) { double y; asm("mov.b64 %0, %1;" : "=d"(y) : "l"(bits)); return y; }
    static MIWV_DEVICE uint64_t bits(double x) { uint64_t y; asm("mov.b64 %0, %1;" : "=l"(y) : "d"(x)); return y; }
    static MIWV_DEVICE float widen_half(uint32_t bits) {
        float y;
        asm("{ .reg .b16 h; cvt.u16.u32 h, %1; cvt.f32.f16 %0, h; }" : "=f"(y) : "r"(bits));
        return y;
    }

    static MIWV_DEVICE uint32_t exchange(uint32_t x, int lane) {
        uint32_t y;
        asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=r"(y) : "r"(x), "r"(lane));
        return y;
    }
    static MIWV_DEVICE int32_t exchange(int32_t x, int lane) {
        return static_cast<int32_t>(exchange(static_cast<uint32_t>(x), lane));
    }
    static MIWV_DEVICE float exchange(float x, int lane) {
        uint32_t b;
        asm("mov.b32 %0, %1;" : "=r"(b) : "f"(x));
        return as_float(exchange(b, lane));
    }
    static MIWV_DEVICE double exchange(double x, int lane) {
        const uint64_t b = bits(x);
        const uint32_t low = exchange(static_cast<uint32_t>(b), lane), high = exchange(static_cast<uint32_t>(b >> 32), lane);
        return as_double(static_cast<uint64_t>(high) << 32 | low);
    }
};

}  // namespace

#define SUM_SLICE(name, element, entropy, rank)                                                     \
    KERNEL __attribute__((launch_bounds(256))) miwv_sum_##name(const miwv::gather_args args) {      \
        __attribute__((shared)) static miwv::block_scratch shared;                                  \
        miwv::sum_slice<ptx, miwv::element, entropy, rank>(args, shared);                           \
    }
#define KERNELS(type)                                                                               \
    SUM_SLICE(type, type##_element, false, false)                                                   \
    SUM_SLICE(type##_entropy, type##_element, true, false)                                          \
    SUM_SLICE(type##_rank, type##_element, false, true)                                             \
    SUM_SLICE(type##_entropy_rank, type##_element, true, true)                                      \
    KERNEL miwv_finish_##type(const miwv::gather_args args) { miwv::finish<ptx, miwv::type##_element>(args); }

KERNELS(f32)
KERNELS(f16)
KERNELS(bf16)

KERNEL miwv_sum_segments(const miwv::gather_args args) { miwv::sum_segments<ptx>(args); }
