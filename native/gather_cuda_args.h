// What the kernels of the CUDA gather get by value, and what one slice of a row leaves behind.
#pragma once
#include <stdint.h>

namespace miwv {

// A row is cut into slices of 64 KiB, one block of threads each: the cut, and with it the rounding, depends on nothing
// but the row. With few rows there are still enough blocks to read from all of the memory at once.
constexpr int block_threads = 256, warp_threads = 32, block_warps = block_threads / warp_threads;
constexpr int slice_vectors = 4096;  // of 16 bytes
constexpr int visit_targets = 4;     // targets ranked in one read of a row

// Sum over a slice of e^(x - top), and of that times (x - top); above = elements above each target.
struct slice_sums {
    float top;
    int32_t above[visit_targets];
    int32_t unused;
    double sum;  // NaN if the slice holds NaN or +inf
    double weighted;
};

// A visit is one read of a row for some of its pairs; a place is a pair's index when the pairs are sorted by row.
struct gather_args {
    const void *logits;
    int64_t row_stride;
    int32_t rows, vocab, slices, visits, pairs, segments, listed, unused;
    const int32_t *visit_row;      // [visits]
    const int32_t *visit_first;    // [visits + 1] in places
    const int32_t *place_visit;    // [pairs]
    const int32_t *place_pair;     // [pairs]
    const int32_t *place_target;   // [pairs]
    const int32_t *segment_start;  // [segments + 1]
    const int32_t *listed_ids;     // [listed]
    slice_sums *sums;              // [visits][slices]
    float *log_prob;               // outputs as in gather.h; null = not wanted
    double *segment_nll;
    float *row_entropy;
    int32_t *pair_rank;
    float *row_listed;
};

static_assert(sizeof(slice_sums) == 40 && sizeof(gather_args) == 152, "host and device compiler must agree");

}  // namespace miwv
