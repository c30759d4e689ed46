// g++ -std=c++20 -c gather_check.cpp      (root CMakeLists.txt does this)
// What every job must satisfy, wherever its logits lie. Reads lists and sizes, never a logit.
#include "gather_check.h"

#include <cstddef>
#include <limits>

static_assert(sizeof(void *) == 8, "the ABI is written down for 64-bit pointers");
static_assert(sizeof(miwv_gather_job) == 120);
static_assert(offsetof(miwv_gather_job, row_stride) == 8);
static_assert(offsetof(miwv_gather_job, rows) == 16);
static_assert(offsetof(miwv_gather_job, vocab) == 20);
static_assert(offsetof(miwv_gather_job, dtype) == 24);
static_assert(offsetof(miwv_gather_job, want) == 28);
static_assert(offsetof(miwv_gather_job, pair_row) == 32);
static_assert(offsetof(miwv_gather_job, pair_target) == 40);
static_assert(offsetof(miwv_gather_job, segment_start) == 48);
static_assert(offsetof(miwv_gather_job, pairs) == 56);
static_assert(offsetof(miwv_gather_job, segments) == 60);
static_assert(offsetof(miwv_gather_job, listed_ids) == 64);
static_assert(offsetof(miwv_gather_job, listed) == 72);
static_assert(offsetof(miwv_gather_job, threads) == 76);
static_assert(offsetof(miwv_gather_job, log_prob) == 80);
static_assert(offsetof(miwv_gather_job, segment_nll) == 88);
static_assert(offsetof(miwv_gather_job, row_entropy) == 96);
static_assert(offsetof(miwv_gather_job, pair_rank) == 104);
static_assert(offsetof(miwv_gather_job, row_listed) == 112);

namespace {

bool all_in_range(const int32_t *values, int32_t count, int32_t bound) {
    if (count < 0 || (count > 0 && values == nullptr)) return false;
    for (int32_t i = 0; i < count; i++)
        if (values[i] < 0 || values[i] >= bound) return false;
    return true;
}

bool segments_fit(const miwv_gather_job &job) {
    if (job.segments < 0) return false;
    if (job.segments == 0) return true;
    if (job.segment_start == nullptr || job.segment_nll == nullptr) return false;
    if (job.segment_start[0] != 0 || job.segment_start[job.segments] != job.pairs) return false;
    for (int32_t s = 0; s < job.segments; s++)
        if (job.segment_start[s] > job.segment_start[s + 1]) return false;
    return true;
}

}  // namespace

int32_t miwv::check_gather_job(const miwv_gather_job &job) {
    if (job.dtype != MIWV_F32 && job.dtype != MIWV_F16 && job.dtype != MIWV_BF16) return MIWV_UNSUPPORTED_TYPE;
    if (job.rows < 0 || job.vocab < 1 || job.threads < 1) return MIWV_BAD_ARGUMENT;
    if (job.want & ~(MIWV_WANT_ENTROPY | MIWV_WANT_RANK | MIWV_WANT_LISTED)) return MIWV_BAD_ARGUMENT;
    const int64_t size = element_size(job.dtype);
    if (job.row_stride < job.vocab) return MIWV_BAD_ARGUMENT;
    if (job.rows > 0) {
        if (job.logits == nullptr || reinterpret_cast<uintptr_t>(job.logits) % size != 0) return MIWV_BAD_ARGUMENT;
        if (job.row_stride > std::numeric_limits<int64_t>::max() / size / job.rows) return MIWV_BAD_ARGUMENT;
    }
    if (!all_in_range(job.pair_row, job.pairs, job.rows)) return MIWV_BAD_ARGUMENT;
    if (!all_in_range(job.pair_target, job.pairs, job.vocab)) return MIWV_BAD_ARGUMENT;
    if (!all_in_range(job.listed_ids, job.listed, job.vocab)) return MIWV_BAD_ARGUMENT;
    if (!segments_fit(job)) return MIWV_BAD_ARGUMENT;
    if (job.pairs > 0 && job.log_prob == nullptr) return MIWV_BAD_ARGUMENT;
    if ((job.want & MIWV_WANT_ENTROPY) && job.rows > 0 && job.row_entropy == nullptr) return MIWV_BAD_ARGUMENT;
    if ((job.want & MIWV_WANT_RANK) && job.pairs > 0 && job.pair_rank == nullptr) return MIWV_BAD_ARGUMENT;
    if ((job.want & MIWV_WANT_LISTED) && job.rows > 0 && job.listed > 0 && job.row_listed == nullptr)
        return MIWV_BAD_ARGUMENT;
    return MIWV_OK;
}
