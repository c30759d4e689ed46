// g++ -std=c++20 -O3 -mavx2 -mfma -mf16c -mpopcnt -c gather_cpu_avx2.cpp      (root CMakeLists.txt does this)
// Ladder: 1 portable lanes; 2 this: 8 lanes and a table of 8 powers in a register, so that degree 3 does; 3 AVX-512.
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

    inline void store(float *p) const { _mm256_storeu_ps(p, v); }

    // 2^(j/8), less j and the bias: adding the rounded number, shifted, completes the exponent.
    static constexpr int steps = 8, step_bits = 3;
    static constexpr double log2_base = miwv_row::log2_e;
    static constexpr double unit = 0x1p-14;  // 2^(1 + below - 127)
    static constexpr uint32_t powers[steps] = {0x00800000, 0x007B95C2, 0x007837F0, 0x0075FED7,
                                               0x007504F3, 0x0075672A, 0x007744FD, 0x007AC0C7};

    struct constants {
        __m256 magic, lower;
        __m256i powers8;
        constants(float exponent, float ref)
            : magic(_mm256_set1_ps(miwv_row::magic_unit / steps + (miwv_row::below - exponent))),
              lower(_mm256_set1_ps(ref + miwv_row::lowest)),
              powers8(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(powers))) {}
    };
    // The clamp keeps what is too low in the window, so only what is too high marks, and an OR is enough to see it:
    // a larger float never has only bits that a smaller one has.
    using marks = __m256;
    static inline marks no_marks() { return _mm256_setzero_ps(); }
    static inline bool unmarked(const marks (&m)[miwv_row::unroll]) {
        const __m256i all = _mm256_castps_si256(_mm256_or_ps(_mm256_or_ps(m[0], m[1]), _mm256_or_ps(m[2], m[3])));
        const __m256i expected = _mm256_castps_si256(_mm256_set1_ps(miwv_row::magic_unit / steps));
        const __m256i above = _mm256_set1_epi32(-(miwv_row::window << step_bits));
        return _mm256_testz_si256(_mm256_xor_si256(all, expected), above);
    }

    // Degree 3 for |f| <= 1/16: largest relative error 2.5e-8.
    static inline void term(avx2 x, const constants &c, marks &m, avx2 &p, avx2 &scale) {
        const __m256 log2_e = _mm256_set1_ps(miwv_row::log2_e);
        const __m256 held = _mm256_max_ps(c.lower, x.v);  // the second operand if either is NaN
        const __m256 rounded = _mm256_fmadd_ps(held, log2_e, c.magic);
        const __m256i bits = _mm256_castps_si256(rounded);
        m = _mm256_or_ps(m, rounded);
        const __m256 f = _mm256_fmsub_ps(held, log2_e, _mm256_sub_ps(rounded, c.magic));
        __m256 q = _mm256_fmadd_ps(f, _mm256_set1_ps(0.055496111246f), _mm256_set1_ps(0.24025763561f));
        q = _mm256_fmadd_ps(q, f, _mm256_set1_ps(0.69314721445f));
        p = {_mm256_fmadd_ps(q, f, _mm256_set1_ps(1.0f))};
        scale = {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_permutevar8x32_epi32(c.powers8, bits),
                                                      _mm256_slli_epi32(bits, 23 - step_bits)))};
    }

    static inline int greater_mask(avx2 a, avx2 b) { return _mm256_movemask_ps(_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)); }
    static inline int32_t count_greater(avx2 a, avx2 b) {
        return _mm_popcnt_u32(static_cast<unsigned>(greater_mask(a, b)));
    }
    static inline float total(avx2 a) {
        __m128 t = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
        t = _mm_add_ps(t, _mm_movehl_ps(t, t));
        return _mm_cvtss_f32(_mm_add_ss(t, _mm_movehdup_ps(t)));
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
    static inline double wide_total(const wide &w) {
        const __m256d s = _mm256_add_pd(w.low, w.high);
        const __m128d t = _mm_add_pd(_mm256_castpd256_pd128(s), _mm256_extractf128_pd(s, 1));
        return _mm_cvtsd_f64(_mm_add_sd(t, _mm_unpackhi_pd(t, t)));
    }
};

}  // namespace

const miwv_row_kernel miwv_row_avx2 = {
    "avx2", {miwv_row::reduce<avx2, float>, miwv_row::reduce<avx2, f16>, miwv_row::reduce<avx2, bf16>}};
