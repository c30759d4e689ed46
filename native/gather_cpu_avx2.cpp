// g++ -std=c++20 -O3 -mavx2 -mfma -mf16c -c gather_cpu_avx2.cpp      (root CMakeLists.txt does this)
// Ladder: 1 portable lanes; 2 this: 8 lanes, and the scale applied by the accumulating FMA; 3 AVX-512.
#include <immintrin.h>

#include "gather_row_loop.h"

namespace {

using miwv_row::bf16;
using miwv_row::f16;

struct avx2 {
    static constexpr int width = 8;
    struct wide { __m256d low, high; };
    __m256 v;

    static inline avx2 set(float x) { return {_mm256_set1_ps(x)}; }
    static inline avx2 load(const float *p) { return {_mm256_loadu_ps(p)}; }
    static inline avx2 load(const f16 *p) {
        return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p)))};
    }
    static inline avx2 load(const bf16 *p) {
        const __m256i bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p)));
        return {_mm256_castsi256_ps(_mm256_slli_epi32(bits, 16))};
    }
    static inline avx2 max(avx2 a, avx2 b) { return {_mm256_max_ps(a.v, b.v)}; }
    static inline avx2 multiply_add(avx2 a, avx2 b, avx2 c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
    friend inline avx2 operator+(avx2 a, avx2 b) { return {_mm256_add_ps(a.v, b.v)}; }
    friend inline avx2 operator-(avx2 a, avx2 b) { return {_mm256_sub_ps(a.v, b.v)}; }
    friend inline avx2 operator*(avx2 a, avx2 b) { return {_mm256_mul_ps(a.v, b.v)}; }

    static inline void exp_parts(avx2 d, avx2 &p, avx2 &scale) {
        const __m256 log2_e = _mm256_set1_ps(miwv_row::log2_e), magic = _mm256_set1_ps(miwv_row::round_magic);
        const __m256 shifted = _mm256_fmadd_ps(d.v, log2_e, magic);
        const __m256 f = _mm256_fmsub_ps(d.v, log2_e, _mm256_sub_ps(shifted, magic));
        __m256 q = _mm256_fmadd_ps(f, _mm256_set1_ps(miwv_row::c5), _mm256_set1_ps(miwv_row::c4));
        q = _mm256_fmadd_ps(q, f, _mm256_set1_ps(miwv_row::c3));
        q = _mm256_fmadd_ps(q, f, _mm256_set1_ps(miwv_row::c2));
        q = _mm256_fmadd_ps(q, f, _mm256_set1_ps(miwv_row::c1));
        p = {_mm256_fmadd_ps(q, f, _mm256_set1_ps(1.0f))};
        scale = {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(shifted), 23))};
    }

    static inline int greater_mask(avx2 a, avx2 b) { return _mm256_movemask_ps(_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)); }
    static inline bool any_greater(avx2 a, avx2 b) { return greater_mask(a, b) != 0; }
    static inline int32_t count_greater(avx2 a, avx2 b) {
        return _mm_popcnt_u32(static_cast<unsigned>(greater_mask(a, b)));
    }
    static inline float highest(avx2 a) {
        __m128 m = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
        m = _mm_max_ps(m, _mm_movehl_ps(m, m));
        return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
    }

    static inline wide wide_zero() { return {_mm256_setzero_pd(), _mm256_setzero_pd()}; }
    static inline void accumulate(wide &w, avx2 a) {
        w.low = _mm256_add_pd(w.low, _mm256_cvtps_pd(_mm256_castps256_ps128(a.v)));
        w.high = _mm256_add_pd(w.high, _mm256_cvtps_pd(_mm256_extractf128_ps(a.v, 1)));
    }
    static inline void wide_scale(wide &w, double s) {
        w.low = _mm256_mul_pd(w.low, _mm256_set1_pd(s));
        w.high = _mm256_mul_pd(w.high, _mm256_set1_pd(s));
    }
    static inline void wide_add_scaled(wide &w, const wide &a, double s) {
        w.low = _mm256_fmadd_pd(a.low, _mm256_set1_pd(s), w.low);
        w.high = _mm256_fmadd_pd(a.high, _mm256_set1_pd(s), w.high);
    }
    static inline double wide_total(const wide &w) {
        const __m256d s = _mm256_add_pd(w.low, w.high);
        const __m128d t = _mm_add_pd(_mm256_castpd256_pd128(s), _mm256_extractf128_pd(s, 1));
        return _mm_cvtsd_f64(_mm_add_sd(t, _mm_unpackhi_pd(t, t)));
    }
};

}  // namespace

const miwv_row_kernel miwv_row_avx2 = {
    "avx2", {miwv_row::reduce<avx2, float>, miwv_row::reduce<avx2, f16>, miwv_row::reduce<avx2, bf16>}};
