// g++ -std=c++20 -O3 -c gather_cpu_portable.cpp      (root CMakeLists.txt does this)
// Ladder: 1 this: vectors of four that the compiler turns into SSE2 or NEON; 2 AVX2+FMA; 3 AVX-512.
#include "gather_row_loop.h"

namespace {

using miwv_row::bf16;
using miwv_row::f16;

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

#if defined(__GNUC__) && !defined(MIWV_NO_VECTOR_EXTENSION)
using four = float __attribute__((vector_size(16)));
using four_bits = uint32_t __attribute__((vector_size(16)));

four larger(four a, four b) { return a > b ? a : b; }
four exponent_from_low_bits(four a) { return reinterpret_cast<four>(reinterpret_cast<four_bits>(a) << 23); }
#else
struct four {
    float v[4];
    float operator[](int l) const { return v[l]; }
    friend four operator+(four a, four b) { return {a.v[0] + b.v[0], a.v[1] + b.v[1], a.v[2] + b.v[2], a.v[3] + b.v[3]}; }
    friend four operator-(four a, four b) { return {a.v[0] - b.v[0], a.v[1] - b.v[1], a.v[2] - b.v[2], a.v[3] - b.v[3]}; }
    friend four operator*(four a, four b) { return {a.v[0] * b.v[0], a.v[1] * b.v[1], a.v[2] * b.v[2], a.v[3] * b.v[3]}; }
};

four larger(four a, four b) {
    for (int l = 0; l < 4; l++) a.v[l] = a.v[l] > b.v[l] ? a.v[l] : b.v[l];
    return a;
}

four exponent_from_low_bits(four a) {
    uint32_t bits[4];
    memcpy(bits, a.v, sizeof bits);
    for (uint32_t &b : bits) b <<= 23;
    memcpy(a.v, bits, sizeof bits);
    return a;
}
#endif

struct lanes {
    static constexpr int width = 4;
    struct wide { double v[width] = {}; };
    four v;

    static inline lanes set(float x) { return {four{x, x, x, x}}; }
    static inline lanes load(const float *p) { lanes r; memcpy(&r.v, p, sizeof r.v); return r; }
    template <class E>
    static inline lanes load(const E *p) { return {four{widen(p[0]), widen(p[1]), widen(p[2]), widen(p[3])}}; }
    inline void store(float *p) const { memcpy(p, &v, sizeof v); }
    // As MAXPS: the second operand if either is NaN.
    static inline lanes max(lanes a, lanes b) { return {larger(a.v, b.v)}; }
    static inline lanes multiply_add(lanes a, lanes b, lanes c) { return {a.v * b.v + c.v}; }
    friend inline lanes operator+(lanes a, lanes b) { return {a.v + b.v}; }
    friend inline lanes operator-(lanes a, lanes b) { return {a.v - b.v}; }
    friend inline lanes operator*(lanes a, lanes b) { return {a.v * b.v}; }

    static constexpr double log2_base = 1.4426950408889634;
    static constexpr double unit = 0x1p-15;      // 2^(below - 127)
    static constexpr float headroom = 10.0f;     // nats; the window ends 15.5 binades above K

    struct constants {
        four magic, lower, upper;
        constants(float exponent, float ref)
            : magic(set(miwv_row::magic_unit + (miwv_row::below - exponent)).v),
              lower(set(ref + miwv_row::lowest).v), upper(set(ref + headroom).v) {}
    };
    // The clamp keeps what is too low in the window; what is too high is seen as such; a NaN makes the sum NaN.
    using marks = four;
    static inline marks no_marks() { return set(0.0f).v; }
    static inline bool unmarked(const marks (&m)[miwv_row::unroll]) {
        return total({(m[0] + m[1]) + (m[2] + m[3])}) == 0.0f;
    }

    // Degree 5 for |f| <= 1/2: largest relative error 9.2e-8. No FMA to count on: ln 2 comes in two parts, the first
    // short enough that its product with n is exact.
    static inline void term(lanes x, const constants &c, marks &m, lanes &p, lanes &scale) {
        const four held = larger(c.lower, x.v);
        m = m + larger(x.v - c.upper, set(0.0f).v);
        const four rounded = held * set(miwv_row::log2_e).v + c.magic;
        const lanes n = {rounded - c.magic};
        const lanes f = ((lanes{held} - n * set(0.693359375f)) - n * set(-2.12194440e-4f)) * set(miwv_row::log2_e);
        lanes q = f * set(0.00132647950664f) + set(0.00967153783762f);
        q = q * f + set(0.0555073381927f);
        q = q * f + set(0.24022241712f);
        q = q * f + set(0.69314697741f);
        p = q * f + set(1.0f);
        scale = {exponent_from_low_bits(rounded)};
    }

    static inline int32_t count_greater(lanes a, lanes b) {
        int32_t n = 0;
        for (int l = 0; l < width; l++) n += a.v[l] > b.v[l];
        return n;
    }
    static inline float total(lanes a) { return (a.v[0] + a.v[1]) + (a.v[2] + a.v[3]); }
    static inline float highest(lanes a) {
        float m = a.v[0];
        for (int l = 1; l < width; l++) m = a.v[l] > m ? a.v[l] : m;
        return m;
    }

    static inline wide wide_zero() { return {}; }
    static inline void accumulate(wide &w, lanes a) {
        for (int l = 0; l < width; l++) w.v[l] += static_cast<double>(a.v[l]);
    }
    static inline double wide_total(const wide &w) { return (w.v[0] + w.v[1]) + (w.v[2] + w.v[3]); }
};

}  // namespace

const miwv_row_kernel miwv_row_portable = {
    "portable", {miwv_row::reduce<lanes, float>, miwv_row::reduce<lanes, f16>, miwv_row::reduce<lanes, bf16>}};
