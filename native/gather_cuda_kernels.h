// The device code of the gather, written once over a Machine: PTX in gather_cuda.cu, a lockstep block on the CPU in the
// tests. sum_slice reads each logit once; finish and sum_segments work on a few numbers per row.
// No float atomics, fixed order everywhere: the same row gives the same bits.
#pragma once
#include <float.h>

#include "gather_cuda_args.h"
#include "gather_cuda_math.h"

namespace miwv {

struct vec16 {
    uint32_t word[4];
};

struct f32_element {
    static constexpr int size = 4, per_vector = 4;
    template <class Machine>
    static MIWV_DEVICE float get(const vec16 &v, int i) { return Machine::as_float(v.word[i]); }
    template <class Machine>
    static MIWV_DEVICE float at(const void *row, int64_t i) { return static_cast<const float *>(row)[i]; }
};

struct f16_element {
    static constexpr int size = 2, per_vector = 8;
    template <class Machine>
    static MIWV_DEVICE float get(const vec16 &v, int i) { return Machine::widen_half(v.word[i / 2] >> 16 * (i % 2) & 0xFFFF); }
    template <class Machine>
    static MIWV_DEVICE float at(const void *row, int64_t i) { return Machine::widen_half(static_cast<const uint16_t *>(row)[i]); }
};

struct bf16_element {
    static constexpr int size = 2, per_vector = 8;
    template <class Machine>
    static MIWV_DEVICE float get(const vec16 &v, int i) {
        return Machine::as_float(i % 2 ? v.word[i / 2] & 0xFFFF0000u : v.word[i / 2] << 16);
    }
    template <class Machine>
    static MIWV_DEVICE float at(const void *row, int64_t i) {
        return Machine::as_float(static_cast<uint32_t>(static_cast<const uint16_t *>(row)[i]) << 16);
    }
};

struct block_scratch {
    float top[block_warps];
    double sum[block_warps], weighted[block_warps];
    int32_t above[block_warps][visit_targets];
};

// Online sums of one thread relative to its highest logit so far. A NaN or +inf makes a sum NaN and it stays so;
// starting from -FLT_MAX instead of -inf keeps -inf - top a number.
template <class Machine, bool Entropy, bool Rank>
struct running_sums {
    float top = -FLT_MAX;
    float sum[4] = {0, 0, 0, 0}, weighted[4] = {0, 0, 0, 0};
    float target[visit_targets];
    int32_t above[visit_targets] = {0, 0, 0, 0};

    MIWV_DEVICE void raise(float higher) {
        const float shift = top - higher;
        const float factor = Machine::exp2(shift * static_cast<float>(log2_e));
#pragma unroll
        for (int k = 0; k < 4; k++) {
            if (Entropy) weighted[k] = factor > 0.0f ? (weighted[k] + shift * sum[k]) * factor : 0.0f;
            sum[k] *= factor;
        }
        top = higher;
    }

    template <int Count>
    MIWV_DEVICE void add(const float (&x)[Count]) {
        float highest = x[0];
#pragma unroll
        for (int i = 1; i < Count; i++) highest = Machine::maximum(highest, x[i]);
        if (highest > top) raise(highest);
#pragma unroll
        for (int i = 0; i < Count; i++) {
            const float d = x[i] - top;
            const float e = Machine::exp2(d * static_cast<float>(log2_e));
            sum[i % 4] += e;
            if (Entropy) weighted[i % 4] += e * Machine::maximum(d, -200.0f);  // 0 * -inf would be NaN
            if (Rank)
#pragma unroll
                for (int t = 0; t < visit_targets; t++) above[t] += x[i] > target[t];
        }
    }
};

template <class Machine>
MIWV_DEVICE double sum_over_warp(double x) {
    for (int lane = warp_threads / 2; lane > 0; lane /= 2) x += Machine::exchange(x, lane);
    return x;
}

// Block = one slice of one visit. All threads must come here.
template <class Machine, bool Entropy, bool Rank>
MIWV_DEVICE void reduce_block(const running_sums<Machine, Entropy, Rank> &mine, block_scratch &shared, slice_sums &out) {
    const int warp = Machine::thread() / warp_threads, lane = Machine::thread() % warp_threads;
    float top = mine.top;
    for (int other = warp_threads / 2; other > 0; other /= 2) top = Machine::maximum(top, Machine::exchange(top, other));
    if (lane == 0) shared.top[warp] = top;
    Machine::barrier();
    for (int w = 0; w < block_warps; w++) top = Machine::maximum(top, shared.top[w]);

    const float shift = mine.top - top;
    const double factor = static_cast<double>(Machine::exp2(shift * static_cast<float>(log2_e)));
    const double own = (static_cast<double>(mine.sum[0]) + static_cast<double>(mine.sum[1])) +
                       (static_cast<double>(mine.sum[2]) + static_cast<double>(mine.sum[3]));
    const double sum = sum_over_warp<Machine>(own * factor);
    double weighted = 0.0;
    if (Entropy) {
        weighted = (static_cast<double>(mine.weighted[0]) + static_cast<double>(mine.weighted[1])) +
                   (static_cast<double>(mine.weighted[2]) + static_cast<double>(mine.weighted[3]));
        weighted = sum_over_warp<Machine>(factor > 0.0 ? (weighted + static_cast<double>(shift) * own) * factor : 0.0);
    }
    int32_t above[visit_targets] = {0, 0, 0, 0};
    if (Rank)
        for (int t = 0; t < visit_targets; t++) {
            above[t] = mine.above[t];
            for (int other = warp_threads / 2; other > 0; other /= 2) above[t] += Machine::exchange(above[t], other);
        }
    if (lane == 0) {
        shared.sum[warp] = sum;
        shared.weighted[warp] = weighted;
        for (int t = 0; t < visit_targets; t++) shared.above[warp][t] = above[t];
    }
    Machine::barrier();
    if (Machine::thread() != 0) return;
    slice_sums total = {};
    total.top = top;
    for (int w = 0; w < block_warps; w++) {
        total.sum += shared.sum[w];
        total.weighted += shared.weighted[w];
        for (int t = 0; t < visit_targets; t++) total.above[t] += shared.above[w][t];
    }
    out = total;
}

template <class Element>
MIWV_DEVICE const char *row_of(const gather_args &args, int32_t row) {
    return static_cast<const char *>(args.logits) + row * args.row_stride * Element::size;
}

// Grid: visits * slices blocks.
template <class Machine, class Element, bool Entropy, bool Rank>
MIWV_DEVICE void sum_slice(const gather_args &args, block_scratch &shared) {
    constexpr int per = Element::per_vector, unroll = 4;
    const int thread = Machine::thread();
    const int32_t visit = Machine::block() / args.slices, slice = Machine::block() % args.slices;
    const char *row = row_of<Element>(args, args.visit_row[visit]);

    running_sums<Machine, Entropy, Rank> mine;
    if (Rank) {
        const int32_t first = args.visit_first[visit], count = args.visit_first[visit + 1] - first;
#pragma unroll
        for (int t = 0; t < visit_targets; t++)
            mine.target[t] = t < count ? Element::template at<Machine>(row, args.place_target[first + t]) : FLT_MAX;
    }

    // A row may begin between two vectors: its first and last elements go one by one to threads of the first block.
    const int32_t before = static_cast<int32_t>((16 - reinterpret_cast<uintptr_t>(row) % 16) % 16) / Element::size;
    const int32_t head = before < args.vocab ? before : args.vocab;
    const int32_t vectors = (args.vocab - head) / per, tail = args.vocab - head - vectors * per;
    const vec16 *body = reinterpret_cast<const vec16 *>(row + head * Element::size);
    if (slice == 0 && thread < head + tail) {
        const int32_t i = thread < head ? thread : thread + vectors * per;
        const float x[1] = {Element::template at<Machine>(row, i)};
        mine.add(x);
    }

    const int32_t begin = slice * slice_vectors;
    const int32_t end = begin + slice_vectors < vectors ? begin + slice_vectors : vectors;
    int32_t at = begin + thread;
    for (; at + (unroll - 1) * block_threads < end; at += unroll * block_threads) {
        vec16 loaded[unroll];
#pragma unroll
        for (int u = 0; u < unroll; u++) loaded[u] = Machine::load(body + at + u * block_threads);
        float x[unroll * per];
#pragma unroll
        for (int i = 0; i < unroll * per; i++) x[i] = Element::template get<Machine>(loaded[i / per], i % per);
        mine.add(x);
    }
    for (; at < end; at += block_threads) {
        const vec16 loaded = Machine::load(body + at);
        float x[per];
#pragma unroll
        for (int i = 0; i < per; i++) x[i] = Element::template get<Machine>(loaded, i);
        mine.add(x);
    }
    reduce_block<Machine>(mine, shared, args.sums[static_cast<int64_t>(visit) * args.slices + slice]);
}

// log-sum-exp = top + log_sum; log_sum is NaN if the row holds NaN or +inf or is all -inf.
struct row_total {
    double top, sum, weighted, log_sum;
};

template <class Machine>
MIWV_DEVICE row_total total_of(const gather_args &args, int32_t visit) {
    const slice_sums *sums = args.sums + static_cast<int64_t>(visit) * args.slices;
    row_total t = {sums[0].top, 0.0, 0.0, 0.0};
    for (int32_t s = 1; s < args.slices; s++)
        if (sums[s].top > t.top) t.top = sums[s].top;
    for (int32_t s = 0; s < args.slices; s++) {
        const double shift = sums[s].top - t.top, factor = exp_of<Machine>(shift);
        t.sum += sums[s].sum * factor;
        t.weighted += factor > 0.0 ? (sums[s].weighted + shift * sums[s].sum) * factor : 0.0;
    }
    t.log_sum = log_of<Machine>(t.sum);
    return t;
}

// Any grid: threads take pairs, visits and listed logits in turn.
template <class Machine, class Element>
MIWV_DEVICE void finish(const gather_args &args) {
    const int32_t first = Machine::block() * block_threads + Machine::thread();
    const int32_t step = Machine::blocks() * block_threads;
    for (int32_t place = first; place < args.pairs; place += step) {
        const int32_t visit = args.place_visit[place], pair = args.place_pair[place];
        const row_total t = total_of<Machine>(args, visit);
        const float x = Element::template at<Machine>(row_of<Element>(args, args.visit_row[visit]), args.place_target[place]);
        args.log_prob[pair] = static_cast<float>(static_cast<double>(x) - t.top - t.log_sum);
        if (args.pair_rank == nullptr) continue;
        int32_t above = 0;
        for (int32_t s = 0; s < args.slices; s++)
            above += args.sums[static_cast<int64_t>(visit) * args.slices + s].above[place - args.visit_first[visit]];
        args.pair_rank[pair] = t.log_sum == t.log_sum ? above : -1;
    }
    if (args.row_entropy != nullptr)
        for (int32_t visit = first; visit < args.visits; visit += step) {
            const row_total t = total_of<Machine>(args, visit);
            const double entropy = t.log_sum - t.weighted / t.sum;
            args.row_entropy[args.visit_row[visit]] = static_cast<float>(entropy < 0.0 ? 0.0 : entropy);
        }
    if (args.row_listed != nullptr)
        for (int64_t i = first; i < static_cast<int64_t>(args.rows) * args.listed; i += step)
            args.row_listed[i] = Element::template at<Machine>(
                row_of<Element>(args, static_cast<int32_t>(i / args.listed)), args.listed_ids[i % args.listed]);
}

// Any grid: a thread per segment, its log-probs added in order.
template <class Machine>
MIWV_DEVICE void sum_segments(const gather_args &args) {
    const int32_t step = Machine::blocks() * block_threads;
    for (int32_t s = Machine::block() * block_threads + Machine::thread(); s < args.segments; s += step) {
        double nll = 0.0;
        for (int32_t p = args.segment_start[s]; p < args.segment_start[s + 1]; p++)
            nll -= static_cast<double>(args.log_prob[p]);
        args.segment_nll[s] = nll;
    }
}

}  // namespace miwv
