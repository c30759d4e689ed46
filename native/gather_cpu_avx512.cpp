// g++ -std=c++20 -O3 -mavx512f -mf16c -c gather_cpu_avx512.cpp      (root CMakeLists.txt does this)
// Ladder: 1 portable lanes; 2 AVX2+FMA; 3 this: 16 lanes, masks, and the scale applied by the accumulating FMA.
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

    static inline void exp_parts(avx512 d, avx512 &p, avx512 &scale) {
        const __m512 log2_e = _mm512_set1_ps(miwv_row::log2_e), magic = _mm512_set1_ps(miwv_row::round_magic);
        const __m512 shifted = _mm512_fmadd_ps(d.v, log2_e, magic);
        const __m512 f = _mm512_fmsub_ps(d.v, log2_e, _mm512_sub_ps(shifted, magic));
        __m512 q = _mm512_fmadd_ps(f, _mm512_set1_ps(miwv_row::c5), _mm512_set1_ps(miwv_row::c4));
        q = _mm512_fmadd_ps(q, f, _mm512_set1_ps(miwv_row::c3));
        q = _mm512_fmadd_ps(q, f, _mm512_set1_ps(miwv_row::c2));
        q = _mm512_fmadd_ps(q, f, _mm512_set1_ps(miwv_row::c1));
        p = {_mm512_fmadd_ps(q, f, _mm512_set1_ps(1.0f))};
        scale = {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(shifted), 23))};
    }

    static inline bool any_greater(avx512 a, avx512 b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ) != 0; }
    static inline int32_t count_greater(avx512 a, avx512 b) {
        return __builtin_popcount(_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ));
    }
    static inline float highest(avx512 a) { return _mm512_reduce_max_ps(a.v); }

    static inline wide wide_zero() { return {_mm512_setzero_pd(), _mm512_setzero_pd()}; }
    static inline void accumulate(wide &w, avx512 a) {
        const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1));
        w.low = _mm512_add_pd(w.low, _mm512_cvtps_pd(_mm512_castps512_ps256(a.v)));
        w.high = _mm512_add_pd(w.high, _mm512_cvtps_pd(high));
    }
    static inline void wide_scale(wide &w, double s) {
        w.low = _mm512_mul_pd(w.low, _mm512_set1_pd(s));
        w.high = _mm512_mul_pd(w.high, _mm512_set1_pd(s));
    }
    static inline void wide_add_scaled(wide &w, const wide &a, double s) {
        w.low = _mm512_fmadd_pd(a.low, _mm512_set1_pd(s), w.low);
        w.high = _mm512_fmadd_pd(a.high, _mm512_set1_pd(s), w.high);
    }
    static inline double wide_total(const wide &w) { return _mm512_reduce_add_pd(_mm512_add_pd(w.low, w.high)); }
};

}  // namespace

const miwv_row_kernel miwv_row_avx512 = {
    "avx512", {miwv_row::reduce<avx512, float>, miwv_row::reduce<avx512, f16>, miwv_row::reduce<avx512, bf16>}};
