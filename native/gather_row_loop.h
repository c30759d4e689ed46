// The row reduction, written once over a vector type V and instantiated by gather_cpu_<isa>.cpp with V's own flags.
// One read: exp(x - ref) is summed against a running reference; only when a block rises more than 8 above it
// is that block, still in L1, done again with the new reference. Sums are fp32 per lane for 1024 elements, then fp64.
// No std:: templates here: the linker could merge one compiled for AVX-512 into code that must run without it.
#pragma once
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gather_row.h"

namespace miwv_row {

// e^d = 2^n * p(f), n = round(d * log2 e), f = d * log2 e - n in [-0.5, 0.5]; p has degree 5 and p(0) = 1.
// Largest relative error of p 9.2e-8; of the fp32 evaluation 3.4e-7 for |d| < 13 (mean 1.4e-8), 1.4e-6 down to -87.
constexpr float log2_e = 1.44269502f;
constexpr float c1 = 0.69314697741f, c2 = 0.24022241712f, c3 = 0.0555073381927f, c4 = 0.00967153783762f,
                c5 = 0.00132647950664f;
// Adding it rounds to an integer and leaves n + 127 in the low bits, where a shift makes it the exponent.
constexpr float round_magic = 12582912.0f + 127.0f;
// Below, e^d is held at 2^-126: nothing next to a sum that contains e^0.
constexpr float lowest = -87.0f;
constexpr float headroom = 8.0f;

constexpr int block_length = 1024;
constexpr int unroll = 4;

struct f16 { uint16_t bits; };
struct bf16 { uint16_t bits; };

inline float minus_infinity(const float *) { return -INFINITY; }
inline f16 minus_infinity(const f16 *) { return {0xFC00}; }
inline bf16 minus_infinity(const bf16 *) { return {0xFF80}; }

template <class V>
struct row_sums {
    typename V::wide sum = V::wide_zero();
    typename V::wide weighted = V::wide_zero();  // sum of e^d * d, for the entropy
    V top = V::set(-INFINITY);
};

// Adds a block to `into`. count is a multiple of unroll * V::width.
template <class V, bool Entropy, class E>
inline row_sums<V> add_block(const E *x, int count, float ref, const row_sums<V> &into) {
    const V reference = V::set(ref);
    V sum[unroll], weighted[unroll], top[unroll];
    for (int u = 0; u < unroll; u++) {
        sum[u] = V::set(0.0f);
        weighted[u] = V::set(0.0f);
        top[u] = into.top;
    }
    for (int i = 0; i < count; i += unroll * V::width) {
        for (int u = 0; u < unroll; u++) {
            const V value = V::load(x + i + u * V::width);
            top[u] = V::max(value, top[u]);
            // V::max gives its second operand if either is NaN, so a NaN goes on to the sum but never into top.
            const V d = V::max(V::set(lowest), value - reference);
            V p, scale;
            V::exp_parts(d, p, scale);
            sum[u] = V::multiply_add(p, scale, sum[u]);
            if (Entropy) weighted[u] = V::multiply_add(p * scale, d, weighted[u]);
        }
    }
    row_sums<V> out = into;
    out.top = V::max(V::max(top[0], top[1]), V::max(top[2], top[3]));
    V::accumulate(out.sum, (sum[0] + sum[1]) + (sum[2] + sum[3]));
    if (Entropy) V::accumulate(out.weighted, (weighted[0] + weighted[1]) + (weighted[2] + weighted[3]));
    return out;
}

template <class V, class E>
inline int32_t count_above(const E *x, int count, float target) {
    const V threshold = V::set(target);
    int32_t n = 0;
    for (int i = 0; i < count; i += V::width) n += V::count_greater(V::load(x + i), threshold);
    return n;
}

template <class V, bool Entropy, class E>
miwv_row_result reduce_row(const miwv_row_query &query) {
    const E *x = static_cast<const E *>(query.row);
    E padded[block_length];
    row_sums<V> sums;
    float ref = -FLT_MAX;
    for (int32_t t = 0; t < query.n_targets; t++) query.above[t] = 0;

    for (int32_t done = 0; done < query.vocab;) {
        const E *block = x + done;
        int count = query.vocab - done < block_length ? query.vocab - done : block_length;
        done += count;
        if (count % (unroll * V::width) != 0) {
            memcpy(static_cast<void *>(padded), block, sizeof(E) * static_cast<size_t>(count));
            while (count % (unroll * V::width) != 0) padded[count++] = minus_infinity(block);
            block = padded;
        }
        row_sums<V> next = add_block<V, Entropy>(block, count, ref, sums);
        if (V::any_greater(next.top, V::set(ref + headroom))) {
            const float higher = V::highest(next.top);
            const double shift = static_cast<double>(ref) - static_cast<double>(higher);
            const double factor = exp(shift);
            // weighted is over d = x - ref, so it moves with the reference too; 0 * inf must not make a NaN.
            if (Entropy) {
                V::wide_scale(sums.weighted, factor);
                if (factor > 0.0) V::wide_add_scaled(sums.weighted, sums.sum, factor * shift);
            }
            V::wide_scale(sums.sum, factor);
            ref = higher;
            next = add_block<V, Entropy>(block, count, ref, sums);
        }
        sums = next;
        for (int32_t t = 0; t < query.n_targets; t++)
            query.above[t] += count_above<V>(block, count, query.targets[t]);
    }

    const double sum = V::wide_total(sums.sum);
    if (!(V::highest(sums.top) > -INFINITY) || !(sum > 0.0)) return {0.0, NAN, NAN};
    const double log_sum = log(sum);
    double entropy = 0.0;
    if (Entropy) {
        entropy = log_sum - V::wide_total(sums.weighted) / sum;
        if (entropy < 0.0) entropy = 0.0;
    }
    return {static_cast<double>(ref), log_sum, entropy};
}

template <class V, class E>
miwv_row_result reduce(const miwv_row_query &query) {
    return query.want_entropy ? reduce_row<V, true, E>(query) : reduce_row<V, false, E>(query);
}

}  // namespace miwv_row
