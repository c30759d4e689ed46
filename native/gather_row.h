// One row of logits reduced: what each instruction set implements and gather_cpu.cpp calls.
#pragma once
#include <stdint.h>

// log-sum-exp = reference + log_sum; kept apart because next to a reference of 1e30 the logarithm would be lost.
struct miwv_row_result {
    double reference;  // a logit of the row, at most 8 below the highest
    double log_sum;    // NaN if the row holds NaN or +inf or is all -inf
    double entropy;    // nats; NaN like log_sum; 0 unless asked for
};

struct miwv_row_query {
    const void *row;
    int32_t vocab;
    int32_t want_entropy;
    const float *targets;  // [n_targets] logits to rank; the row is still read once
    int32_t *above;        // out [n_targets]: elements strictly above each target
    int32_t n_targets;
};

struct miwv_row_kernel {
    const char *isa;
    miwv_row_result (*reduce[3])(const miwv_row_query &query);  // by miwv_gather_dtype
};

extern const miwv_row_kernel miwv_row_portable;
#if defined(__x86_64__) || defined(_M_X64)
extern const miwv_row_kernel miwv_row_avx2;
extern const miwv_row_kernel miwv_row_avx512;
#endif
