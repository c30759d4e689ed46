// g++ -std=c++20 -O3 -fPIC -shared gather_cpu*.cpp gather_pool.cpp      (root CMakeLists.txt gives each its flags)
// The gather on host pointers: checks the job, sorts its pairs by row, reduces each row once, sums the segments.
// Never writes a [rows x vocab] array, and never reads a row that nothing asks for.
#include "gather.h"

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

#include "gather_check.h"
#include "gather_pool.h"
#include "gather_row.h"

namespace {

// Below this many logits a wake-up costs more than it saves.
constexpr int64_t logits_per_piece = 32768;
constexpr int most_threads = 256;

bool runs_here(const miwv_row_kernel &kernel) {
#if defined(__x86_64__) && defined(__GNUC__)
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    if (&kernel == &miwv_row_avx2) return avx2;
    if (&kernel == &miwv_row_avx512) return avx2 && __builtin_cpu_supports("avx512f");
#endif
    return &kernel == &miwv_row_portable;
}

const miwv_row_kernel *kernel_named(const char *isa) {
    static const miwv_row_kernel *const best_first[] = {
#if defined(__x86_64__) && defined(__GNUC__)
        &miwv_row_avx512, &miwv_row_avx2,
#endif
        &miwv_row_portable};
    for (const miwv_row_kernel *kernel : best_first)
        if ((isa == nullptr || std::strcmp(isa, kernel->isa) == 0) && runs_here(*kernel)) return kernel;
    return nullptr;
}

std::atomic<const miwv_row_kernel *> &chosen_kernel() {
    static std::atomic<const miwv_row_kernel *> kernel = [] {
        const miwv_row_kernel *named = kernel_named(std::getenv("MIWV_GATHER_ISA"));
        return named != nullptr ? named : kernel_named(nullptr);
    }();
    return kernel;
}

float widen_half(uint16_t bits) {
    const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    float magnitude;
    if (exponent == 31)
        magnitude = mantissa != 0 ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
    else if (exponent == 0)
        magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    else
        magnitude = std::ldexp(static_cast<float>(mantissa | 1024), exponent - 25);
    return bits & 0x8000 ? -magnitude : magnitude;
}

float element(const void *row, int32_t dtype, int32_t id) {
    if (dtype == MIWV_F32) return static_cast<const float *>(row)[id];
    const uint16_t half = static_cast<const uint16_t *>(row)[id];
    if (dtype == MIWV_F16) return widen_half(half);
    const uint32_t bits = static_cast<uint32_t>(half) << 16;
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// Kept per calling thread: a wave allocates nothing once the largest has been seen.
struct scratch {
    std::vector<int32_t> first;    // [rows + 1] where each row's pairs begin in `order`
    std::vector<int32_t> order;    // [pairs] pairs by row, in the caller's order within a row
    std::vector<float> target;     // [pairs] target logits, in that order
    std::vector<int32_t> above;    // [pairs] ranks, in that order

    void sort_by_row(const miwv_gather_job &job) {
        const size_t rows = static_cast<size_t>(job.rows), pairs = static_cast<size_t>(job.pairs);
        first.assign(rows + 1, 0);
        order.resize(pairs);
        target.resize(pairs);
        above.resize(pairs);
        for (size_t p = 0; p < pairs; p++) first[static_cast<size_t>(job.pair_row[p]) + 1]++;
        for (size_t r = 0; r < rows; r++) first[r + 1] += first[r];
        for (size_t p = 0; p < pairs; p++)
            order[static_cast<size_t>(first[static_cast<size_t>(job.pair_row[p])]++)] = static_cast<int32_t>(p);
        for (size_t r = rows; r > 0; r--) first[r] = first[r - 1];
        first[0] = 0;
    }
};

struct wave {
    const miwv_gather_job &job;
    const miwv_row_kernel &kernel;
    scratch &sorted;

    void reduce_row(int64_t r) const {
        const void *row = static_cast<const char *>(job.logits) + r * job.row_stride * miwv::element_size(job.dtype);
        if (job.want & MIWV_WANT_LISTED)
            for (int32_t i = 0; i < job.listed; i++)
                job.row_listed[r * job.listed + i] = element(row, job.dtype, job.listed_ids[i]);

        const int32_t begin = sorted.first[static_cast<size_t>(r)], end = sorted.first[static_cast<size_t>(r) + 1];
        const bool entropy = (job.want & MIWV_WANT_ENTROPY) != 0, rank = (job.want & MIWV_WANT_RANK) != 0;
        if (begin == end && !entropy) return;

        float *target = sorted.target.data() + begin;
        int32_t *above = sorted.above.data() + begin;
        const int32_t *pair = sorted.order.data() + begin;
        const int32_t n = end - begin;
        for (int32_t i = 0; i < n; i++) target[i] = element(row, job.dtype, job.pair_target[pair[i]]);

        const miwv_row_result result =
            kernel.reduce[job.dtype]({row, job.vocab, entropy, target, above, rank ? n : 0});
        if (entropy) job.row_entropy[r] = static_cast<float>(result.entropy);
        for (int32_t i = 0; i < n; i++) {
            const double log_prob = static_cast<double>(target[i]) - result.reference - result.log_sum;
            job.log_prob[pair[i]] = static_cast<float>(log_prob);
            if (rank) job.pair_rank[pair[i]] = std::isnan(result.log_sum) ? -1 : above[i];
        }
    }

    void sum_segments() const {
        for (int32_t s = 0; s < job.segments; s++) {
            double nll = 0.0;
            for (int32_t p = job.segment_start[s]; p < job.segment_start[s + 1]; p++)
                nll -= static_cast<double>(job.log_prob[p]);
            job.segment_nll[s] = nll;
        }
    }
};

}  // namespace

extern "C" {

int32_t miwv_gather_abi_version(void) { return MIWV_GATHER_ABI; }

int32_t miwv_gather_job_size(void) { return static_cast<int32_t>(sizeof(miwv_gather_job)); }

const char *miwv_gather_cpu_isa(void) { return chosen_kernel().load()->isa; }

int32_t miwv_gather_force_isa(const char *isa) {
    const miwv_row_kernel *kernel = kernel_named(isa);
    if (kernel == nullptr) return MIWV_BAD_ARGUMENT;
    chosen_kernel().store(kernel);
    return MIWV_OK;
}

int32_t miwv_gather_cpu(const miwv_gather_job *job) {
    if (job == nullptr) return MIWV_BAD_ARGUMENT;
    const int32_t status = miwv::check_gather_job(*job);
    if (status != MIWV_OK) return status;
    try {
        static thread_local scratch sorted;
        sorted.sort_by_row(*job);
        wave w{*job, *chosen_kernel().load(), sorted};
        const int64_t grain = 1 + logits_per_piece / job->vocab;
        miwv::gather_pool::instance().split(
            job->rows, grain, job->threads < most_threads ? job->threads : most_threads,
            [](void *context, int64_t begin, int64_t end) {
                for (int64_t r = begin; r < end; r++) static_cast<const wave *>(context)->reduce_row(r);
            },
            &w);
        w.sum_segments();
        return MIWV_OK;
    } catch (const std::bad_alloc &) {
        return MIWV_OUT_OF_MEMORY;
    }
}

}  // extern "C"
