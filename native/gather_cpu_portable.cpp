// g++ -std=c++20 -O3 -c gather_cpu_portable.cpp      (root CMakeLists.txt does this)
// Ladder: 1 this: four lanes in plain C++ that the compiler turns into SSE2 or NEON; 2 AVX2+FMA; 3 AVX-512.
#include "gather_row_loop.h"

namespace {

using miwv_row::bf16;
using miwv_row::f16;

float widen(float x) { return x; }

float widen(bf16 h) {
    const uint32_t bits = static_cast<uint32_t>(h.bits) << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

float widen(f16 h) {
    // Exponent moved by multiplying: subnormals come out right, and 2^15 and up (infinity, NaN) are set apart.
    const uint32_t sign = static_cast<uint32_t>(h.bits & 0x8000u) << 16;
    const uint32_t magnitude = static_cast<uint32_t>(h.bits & 0x7FFFu) << 13;
    float x;
    memcpy(&x, &magnitude, sizeof x);
    x *= 0x1p112f;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = (h.bits & 0x7FFFu) >= 0x7C00u ? magnitude | 0x7F800000u : bits;
    bits |= sign;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#define MIWV_LANES for (int l = 0; l < width; l++)

struct lanes {
    static constexpr int width = 4;
    struct wide { double v[width]; };
    float v[width];

    static inline lanes set(float x) { lanes r; MIWV_LANES r.v[l] = x; return r; }
    template <class E>
    static inline lanes load(const E *p) { lanes r; MIWV_LANES r.v[l] = widen(p[l]); return r; }
    // As MAXPS: the second operand if either is NaN.
    static inline lanes max(lanes a, lanes b) { lanes r; MIWV_LANES r.v[l] = a.v[l] > b.v[l] ? a.v[l] : b.v[l]; return r; }
    static inline lanes multiply_add(lanes a, lanes b, lanes c) { return a * b + c; }
    friend inline lanes operator+(lanes a, lanes b) { lanes r; MIWV_LANES r.v[l] = a.v[l] + b.v[l]; return r; }
    friend inline lanes operator-(lanes a, lanes b) { lanes r; MIWV_LANES r.v[l] = a.v[l] - b.v[l]; return r; }
    friend inline lanes operator*(lanes a, lanes b) { lanes r; MIWV_LANES r.v[l] = a.v[l] * b.v[l]; return r; }

    static inline void exp_parts(lanes d, lanes &p, lanes &scale) {
        // No FMA to count on: ln 2 in two parts, the first short enough that n * ln2_high is exact,
        // and the polynomial of the header taken at f = r * log2 e.
        constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
        const lanes shifted = d * set(miwv_row::log2_e) + set(miwv_row::round_magic);
        const lanes n = shifted - set(miwv_row::round_magic);
        const lanes r = (d - n * set(ln2_high)) - n * set(ln2_low);
        const lanes f = r * set(miwv_row::log2_e);
        lanes q = f * set(miwv_row::c5) + set(miwv_row::c4);
        q = q * f + set(miwv_row::c3);
        q = q * f + set(miwv_row::c2);
        q = q * f + set(miwv_row::c1);
        p = q * f + set(1.0f);
        uint32_t bits[width];
        memcpy(bits, shifted.v, sizeof bits);
        MIWV_LANES bits[l] <<= 23;
        memcpy(scale.v, bits, sizeof bits);
    }

    static inline int32_t count_greater(lanes a, lanes b) { int32_t n = 0; MIWV_LANES n += a.v[l] > b.v[l]; return n; }
    static inline bool any_greater(lanes a, lanes b) { return count_greater(a, b) != 0; }
    static inline float highest(lanes a) {
        float m = a.v[0];
        for (int l = 1; l < width; l++) m = a.v[l] > m ? a.v[l] : m;
        return m;
    }

    static inline wide wide_zero() { return {}; }
    static inline void accumulate(wide &w, lanes a) { MIWV_LANES w.v[l] += static_cast<double>(a.v[l]); }
    static inline void wide_scale(wide &w, double s) { MIWV_LANES w.v[l] *= s; }
    static inline void wide_add_scaled(wide &w, const wide &a, double s) { MIWV_LANES w.v[l] += a.v[l] * s; }
    static inline double wide_total(const wide &w) { return (w.v[0] + w.v[1]) + (w.v[2] + w.v[3]); }
};

}  // namespace

const miwv_row_kernel miwv_row_portable = {
    "portable", {miwv_row::reduce<lanes, float>, miwv_row::reduce<lanes, f16>, miwv_row::reduce<lanes, bf16>}};
