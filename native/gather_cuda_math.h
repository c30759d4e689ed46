// exp and log in fp64 for the few numbers per row that need them: no device library, and the same on host and device.
#pragma once
#include <stdint.h>

#if defined(__CUDACC__) || defined(__CUDA__)
#define MIWV_DEVICE __attribute__((device)) __attribute__((always_inline)) inline
#else
#define MIWV_DEVICE inline
#endif

namespace miwv {

constexpr double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;  // their sum is ln 2 to 2^-86
constexpr double log2_e = 0x1.71547652b82fep+0;

// e^x for x <= 0 or NaN; 0 below -700. Relative error below 1e-15.
template <class Machine>
MIWV_DEVICE double exp_of(double x) {
    if (x < -700.0) return 0.0;
    const double magic = 0x1.8p52;
    const double shifted = x * log2_e + magic;  // an integer n in the low bits
    const double n = shifted - magic;
    const double r = (x - n * ln2_high) - n * ln2_low;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return p * Machine::as_double((Machine::bits(shifted) + 1023) << 52);
}

// Natural log of a normal x > 0; NaN for anything else. Relative error below 1e-15 away from 1.
template <class Machine>
MIWV_DEVICE double log_of(double x) {
    if (!(x > 0.0)) return Machine::as_double(0x7FF8000000000000ull);
    const uint64_t bits = Machine::bits(x);
    int64_t exponent = static_cast<int64_t>(bits >> 52) - 1023;
    double m = Machine::as_double((bits & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    const double f = (m - 1.0) / (m + 1.0), g = f * f;  // ln m = 2 atanh f, |f| <= 0.172
    double p = 1.0 / 23.0;
    for (int k = 21; k >= 1; k -= 2) p = p * g + 1.0 / k;
    const double n = static_cast<double>(exponent);
    return n * ln2_high + (2.0 * f * p + n * ln2_low);
}

}  // namespace miwv
