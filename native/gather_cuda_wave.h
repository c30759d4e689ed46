// The host side of one CUDA gather that touches no driver: how the lists and results of a job lie in three blocks of memory.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gather.h"
#include "gather_cuda_args.h"

namespace miwv {

class cuda_wave {
public:
    explicit cuda_wave(const miwv_gather_job &job);

    size_t input_bytes() const { return input_; }    // uploaded before the kernels
    size_t sums_bytes() const { return sums_; }      // device only
    size_t result_bytes() const { return result_; }  // downloaded after them
    int32_t visits() const { return visits_; }
    int32_t slices() const { return slices_; }

    // Sorts the pairs by row into `input`, host memory of input_bytes().
    void write_inputs(void *input) const;
    gather_args args(const void *input, void *sums, void *result) const;
    void copy_results(const void *result) const;

private:
    bool wants(int32_t bit) const { return (job_.want & bit) != 0; }

    const miwv_gather_job &job_;
    int32_t visits_ = 0, slices_ = 1;
    size_t input_ = 0, sums_ = 0, result_ = 0;
    size_t visit_first_, place_visit_, place_pair_, place_target_, segment_start_, listed_ids_;  // bytes into input
    size_t log_prob_, entropy_, rank_, listed_;                                                   // bytes into result; nll at 0
};

}  // namespace miwv
