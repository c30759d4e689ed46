// g++ -std=c++20 -O3 -mavx512f -c gather_cpu_avx512.cpp      (root CMakeLists.txt does this)
// Ladder: 1 portable lanes; 2 AVX2+FMA; 3 this: 16 lanes and a table of 32 powers in
// two registers, so that degree 2 does and nothing is clamped.
#include <immintrin.h>

#include "gather_row_loop.h"

namespace {

using miwv_row::bf16;
using miwv_row::f16;

struct avx512 {
    static constexpr int width = 16;
    struct wide { __m512d low, high; };
    __m512 v;

    static inline avx512 set(float x) { return {_mm512_set1_ps(x)}; }
    static inline avx512 load(const float *p) { return {_mm512_loadu_ps(p)}; }
    static inline avx512 load(const f16 *p) {
        return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)))};
    }
    static inline avx512 load(const bf16 *p) {
        const __m512i bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)));
        return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 16))};
    }
    static inline avx512 max(avx512 a, avx512 b) { return {_mm512_max_ps(a.v, b.v)}; }
    static inline avx512 multiply_add(avx512 a, avx512 b, avx512 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
    friend inline avx512 operator+(avx512 a, avx512 b) { return {_mm512_add_ps(a.v, b.v)}; }
    friend inline avx512 operator-(avx512 a, avx512 b) { return {_mm512_sub_ps(a.v, b.v)}; }
    friend inline avx512 operator*(avx512 a, avx512 b) { return {_mm512_mul_ps(a.v, b.v)}; }

    inline void store(float *p) const { _mm512_storeu_ps(p, v); }

    // 2^(j/32), less j and the bias: adding the rounded number, shifted, completes the exponent.
    static constexpr int steps = 32, step_bits = 5;
    static constexpr double log2_base = miwv_row::log2_e;
    static constexpr double unit = 0x1p-14;  // 2^(1 + below - 127)
    static constexpr uint32_t powers[steps] = {
        0x00800000, 0x007ECD87, 0x007DAAC3, 0x007C980F, 0x007B95C2, 0x007AA43A, 0x0079C3D3, 0x0078F4F0,
        0x007837F0, 0x00778D3A, 0x0076F532, 0x00767043, 0x0075FED7, 0x0075A15B, 0x0075583F, 0x007523F6,
        0x007504F3, 0x0074FBAF, 0x007508A4, 0x00752C4D, 0x0075672A, 0x0075B9BE, 0x0076248C, 0x0076A81E,
        0x007744FD, 0x0077FBB8, 0x0078CCDF, 0x0079B907, 0x007AC0C7, 0x007BE4BA, 0x007D257D, 0x007E83B3};

    struct constants {
        __m512 magic;
        __m512i expected, low_powers, high_powers;
        constants(float exponent, float)
            : magic(_mm512_set1_ps(miwv_row::magic_unit / steps + (miwv_row::below - exponent))),
              expected(_mm512_castps_si512(_mm512_set1_ps(miwv_row::magic_unit / steps))),
              low_powers(_mm512_loadu_si512(powers)), high_powers(_mm512_loadu_si512(powers + 16)) {}
    };
    using marks = __m512i;
    static inline marks no_marks() { return _mm512_setzero_si512(); }
    static inline bool unmarked(const marks (&m)[miwv_row::unroll]) {
        const __m512i all = _mm512_or_si512(_mm512_or_si512(m[0], m[1]), _mm512_or_si512(m[2], m[3]));
        return _mm512_test_epi32_mask(all, _mm512_set1_epi32(-(miwv_row::window << step_bits))) == 0;
    }

    // Degree 2 for |f| <= 1/64: largest relative error 5.3e-8.
    static inline void term(avx512 x, const constants &c, marks &m, avx512 &p, avx512 &scale) {
        const __m512 log2_e = _mm512_set1_ps(miwv_row::log2_e);
        const __m512 rounded = _mm512_fmadd_ps(x.v, log2_e, c.magic);
        const __m512i bits = _mm512_castps_si512(rounded);
        m = _mm512_ternarylogic_epi32(m, bits, c.expected, 0xF6);  // m | (bits ^ expected)
        const __m512 f = _mm512_fmsub_ps(x.v, log2_e, _mm512_sub_ps(rounded, c.magic));
        const __m512 q = _mm512_fmadd_ps(f, _mm512_set1_ps(0.24022706068f), _mm512_set1_ps(0.69315733912f));
        p = {_mm512_fmadd_ps(q, f, _mm512_set1_ps(1.0f))};
        scale = {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_permutex2var_epi32(c.low_powers, bits, c.high_powers),
                                                      _mm512_slli_epi32(bits, 23 - step_bits)))};
    }

    static inline int32_t count_greater(avx512 a, avx512 b) {
        return __builtin_popcount(_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ));
    }
    static inline float total(avx512 a) { return _mm512_reduce_add_ps(a.v); }
    static inline float highest(avx512 a) { return _mm512_reduce_max_ps(a.v); }

    static inline wide wide_zero() { return {_mm512_setzero_pd(), _mm512_setzero_pd()}; }
    static inline void accumulate(wide &w, avx512 a) {
        const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1));
        w.low = _mm512_add_pd(w.low, _mm512_cvtps_pd(_mm512_castps512_ps256(a.v)));
        w.high = _mm512_add_pd(w.high, _mm512_cvtps_pd(high));
    }
    static inline double wide_total(const wide &w) { return _mm512_reduce_add_pd(_mm512_add_pd(w.low, w.high)); }
};

}  // namespace

const miwv_row_kernel miwv_row_avx512 = {
    "avx512", {miwv_row::reduce<avx512, float>, miwv_row::reduce<avx512, f16>, miwv_row::reduce<avx512, bf16>}};
