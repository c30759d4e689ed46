// The row reduction, written once over a vector type V and instantiated by gather_cpu_<isa>.cpp with V's own flags.
// One read: a block of 1024 logits is summed as 2^(x log2 e - K) with K fixed by an earlier element of the row. V's
// term() leaves a mark when a logit lies outside the window of that K; only then is the block, still in L1, looked at
// again. Sums are fp32 per lane within a block, fp64 across blocks.
// No std:: templates and nothing with external linkage here: the linker could merge one compiled for AVX-512 into
// code that must run without it.
#pragma once
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gather_row.h"

namespace miwv_row {

// 2^t for t = x log2 e - K: one FMA with `magic` rounds x log2 e to a multiple of 1/V::steps and leaves, in the low
// bits of the float, steps * (that - K + below). `window` binades from K - below are legal there; a larger or smaller
// x changes the bits above them. The rest f, |f| <= 1 / (2 steps), comes from a second FMA with a single rounding.
constexpr float log2_e = 1.44269502f;  // 1.3e-8 (relative) off; V::log2_base is what V's terms really are powers of
constexpr int below = 112, window = 128;
constexpr float magic_unit = 12582912.0f;  // 1.5 * 2^23: floats there are 1 apart
constexpr float largest_reference = 16384.0f;  // K + magic must stay exact for 32 steps

// A block that leaves the window is done again as d = x - ref, with d held at `lowest`: e^-70 is nothing next to e^0.
constexpr float lowest = -70.0f;

constexpr int block_length = 1024;
constexpr int unroll = 4;
constexpr uintptr_t prefetch_bytes = 16384;  // of 4 to 32 KiB the best on Zen 5; within any L1

struct f16 { uint16_t bits; };
struct bf16 { uint16_t bits; };

static inline float minus_infinity(const float *) { return -INFINITY; }
static inline f16 minus_infinity(const f16 *) { return {0xFC00}; }
static inline bf16 minus_infinity(const bf16 *) { return {0xFF80}; }

template <class V>
struct block_sums {
    V sum;
    V weighted;  // sum of e^d * d, d = x - ref, for the entropy
    bool in_window;
};

// Sums count elements, a multiple of unroll * V::width; each term is 2^(x log2_e - exponent) * V::unit.
template <class V, bool Entropy, bool Prefetch, class E>
inline block_sums<V> sum_block(const E *x, int count, float exponent, float ref) {
    const typename V::constants constants(exponent, ref);
    const V reference = V::set(ref);
    typename V::marks marks[unroll];
    V sum[unroll], weighted[unroll];
    for (int u = 0; u < unroll; u++) {
        marks[u] = V::no_marks();
        sum[u] = V::set(0.0f);
        weighted[u] = V::set(0.0f);
    }
    for (int i = 0; i < count; i += unroll * V::width) {
#if defined(__GNUC__)
        if (Prefetch)
            for (unsigned line = 0; line < unroll * V::width * sizeof(E); line += 64)
                __builtin_prefetch(reinterpret_cast<const void *>(reinterpret_cast<uintptr_t>(x + i) + prefetch_bytes + line));
#endif
        for (int u = 0; u < unroll; u++) {
            const V value = V::load(x + i + u * V::width);
            V p, scale;
            V::term(value, constants, marks[u], p, scale);
            sum[u] = V::multiply_add(p, scale, sum[u]);
            if (Entropy) weighted[u] = V::multiply_add(p * scale, V::max(V::set(lowest), value - reference), weighted[u]);
        }
    }
    return {(sum[0] + sum[1]) + (sum[2] + sum[3]), (weighted[0] + weighted[1]) + (weighted[2] + weighted[3]),
            V::unmarked(marks)};
}

template <class V, class E>
inline int32_t count_above(const E *x, int count, float target) {
    const V threshold = V::set(target);
    int32_t n = 0;
    for (int i = 0; i < count; i += V::width) n += V::count_greater(V::load(x + i), threshold);
    return n;
}

// The highest logit of a block, NaN if it holds NaN or +inf.
template <class V, class E>
inline float highest_or_nan(const E *x, int count) {
    const V zero = V::set(0.0f);
    V top = V::set(-INFINITY), poison = zero;
    for (int i = 0; i < count; i += V::width) {
        const V value = V::load(x + i);
        top = V::max(value, top);  // V::max gives its second operand if either is NaN
        poison = V::multiply_add(V::max(zero, value), zero, poison);
    }
    const float sick = V::total(poison);
    return sick == 0.0f ? V::highest(top) : NAN;
}

template <class V, bool Entropy, class E>
class row_reduction {
public:
    miwv_row_result run(const miwv_row_query &query) {
        constexpr int group = unroll * V::width;
        const E *x = static_cast<const E *>(query.row);
        for (int32_t t = 0; t < query.n_targets; t++) query.above[t] = 0;

        for (int32_t done = 0; done < query.vocab;) {
            const E *block = x + done;
            const int left = query.vocab - done < block_length ? query.vocab - done : block_length;
            int count = left - left % group;
            done += count > 0 ? count : left;
            E padded[group];
            if (count == 0) {  // less than one group: the end of the row
                memcpy(static_cast<void *>(padded), block, sizeof(E) * static_cast<size_t>(left));
                for (count = left; count < group; count++) padded[count] = minus_infinity(block);
                block = padded;
            }
            if (!add(block, count)) return {0.0, NAN, NAN};
            for (int32_t t = 0; t < query.n_targets; t++)
                query.above[t] += count_above<V>(block, count, query.targets[t]);
        }
        if (ref_ == -INFINITY) return {0.0, NAN, NAN};

        fold(0.0);
        const double log_sum = log(sum_);
        const double entropy = Entropy ? log_sum - weighted_ / sum_ : 0.0;
        return {static_cast<double>(ref_), log_sum, entropy < 0.0 ? 0.0 : entropy};
    }

private:
    // False if the block holds NaN or +inf.
    bool add(const E *block, int count) {
        if (ref_ == -INFINITY) {
            const float top = highest_or_nan<V>(block, count);
            if (!(top < INFINITY)) return false;
            if (top == -INFINITY) return true;
            move_reference(top);
        }
        if (has_window()) {
            const block_sums<V> sums = sum_block<V, Entropy, true>(block, count, exponent_, ref_);
            if (sums.in_window) {
                V::accumulate(wide_sum_, sums.sum);
                if (Entropy) V::accumulate(wide_weighted_, sums.weighted);
                return true;
            }
        }
        return add_out_of_window(block, count);
    }

    bool add_out_of_window(const E *block, int count) {
        const float top = highest_or_nan<V>(block, count);
        if (!(top < INFINITY)) return false;
        if (top > ref_) move_reference(top);
        float d[block_length];
        for (int i = 0; i < count; i += V::width)
            V::max(V::set(lowest), V::load(block + i) - V::set(ref_)).store(d + i);
        const block_sums<V> sums = sum_block<V, Entropy, false>(d, count, 0.0f, 0.0f);
        sum_ += static_cast<double>(V::total(sums.sum)) / V::unit;
        if (Entropy) weighted_ += static_cast<double>(V::total(sums.weighted)) / V::unit;
        return true;
    }

    void move_reference(float higher) {
        if (ref_ != -INFINITY) fold(static_cast<double>(ref_) - static_cast<double>(higher));
        ref_ = higher;
        if (has_window()) exponent_ = rintf(ref_ * log2_e);
    }

    bool has_window() const { return fabsf(ref_) < largest_reference; }

    // Brings the blocks' sums, which are relative to 2^exponent_, into sum_ and weighted_, relative to e^ref_,
    // and these to a reference that is -shift higher.
    void fold(double shift) {
        if (has_window()) {
            const double gap = static_cast<double>(exponent_) - static_cast<double>(ref_) * V::log2_base;
            const double to_reference = exp2(gap) / V::unit;
            sum_ += V::wide_total(wide_sum_) * to_reference;
            weighted_ += V::wide_total(wide_weighted_) * to_reference;
            wide_sum_ = wide_weighted_ = V::wide_zero();
        }

        const double factor = exp(shift);
        weighted_ = factor > 0.0 ? (weighted_ + shift * sum_) * factor : 0.0;
        sum_ *= factor;
    }

    typename V::wide wide_sum_ = V::wide_zero(), wide_weighted_ = V::wide_zero();
    double sum_ = 0.0, weighted_ = 0.0;
    float ref_ = -INFINITY, exponent_ = 0.0f;
};

template <class V, class E>
miwv_row_result reduce(const miwv_row_query &query) {
    if (query.want_entropy) return row_reduction<V, true, E>().run(query);
    return row_reduction<V, false, E>().run(query);
}

}  // namespace miwv_row
