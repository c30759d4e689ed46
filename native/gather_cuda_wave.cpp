// g++ -std=c++20 -c gather_cuda_wave.cpp      (root CMakeLists.txt does this)
// Pairs sorted by row, rows cut into visits; never touches a logit or the driver.
#include "gather_cuda_wave.h"

#include <algorithm>
#include <vector>

#include "gather_check.h"

namespace miwv {

namespace {

// Kept per calling thread: a wave allocates nothing once the largest has been seen.
thread_local std::vector<int32_t> row_pairs, row_first;

// Visits of a row: with ranks, one per visit_targets pairs.
int32_t visits_of(int32_t pairs, int32_t want) {
    if (want & MIWV_WANT_RANK && pairs > visit_targets) return (pairs + visit_targets - 1) / visit_targets;
    return pairs > 0 || want & MIWV_WANT_ENTROPY ? 1 : 0;
}

template <class T>
void copy_out(T *to, const void *result, size_t offset, int64_t count) {
    if (count > 0) memcpy(to, static_cast<const char *>(result) + offset, sizeof(T) * static_cast<size_t>(count));
}

}  // namespace

cuda_wave::cuda_wave(const miwv_gather_job &job) : job_(job) {
    row_pairs.assign(static_cast<size_t>(job.rows), 0);
    for (int32_t p = 0; p < job.pairs; p++) row_pairs[static_cast<size_t>(job.pair_row[p])]++;
    for (int32_t r = 0; r < job.rows; r++) visits_ += visits_of(row_pairs[static_cast<size_t>(r)], job.want);

    const int64_t vectors = job.vocab * element_size(job.dtype) / 16;
    slices_ = static_cast<int32_t>(std::max<int64_t>(1, (vectors + slice_vectors - 1) / slice_vectors));
    sums_ = sizeof(slice_sums) * static_cast<size_t>(visits_) * static_cast<size_t>(slices_);

    const auto input = [this](int64_t count) {
        const size_t at = input_;
        input_ += sizeof(int32_t) * static_cast<size_t>(count);
        return at;
    };
    input(visits_);
    visit_first_ = input(visits_ + int64_t{1});
    place_visit_ = input(job.pairs);
    place_pair_ = input(job.pairs);
    place_target_ = input(job.pairs);
    segment_start_ = input(job.segments + int64_t{1});
    listed_ids_ = input(wants(MIWV_WANT_LISTED) ? job.listed : 0);

    const auto result = [this](size_t size, int64_t count) {
        const size_t at = result_;
        result_ += size * static_cast<size_t>(count);
        return at;
    };
    result(sizeof(double), job.segments);
    log_prob_ = result(sizeof(float), job.pairs);
    entropy_ = result(sizeof(float), wants(MIWV_WANT_ENTROPY) ? job.rows : 0);
    rank_ = result(sizeof(int32_t), wants(MIWV_WANT_RANK) ? job.pairs : 0);
    listed_ = result(sizeof(float), wants(MIWV_WANT_LISTED) ? int64_t{job.rows} * job.listed : 0);
}

void cuda_wave::write_inputs(void *input) const {
    const auto list = [input](size_t offset) { return reinterpret_cast<int32_t *>(static_cast<char *>(input) + offset); };
    int32_t *visit_row = list(0), *visit_first = list(visit_first_), *place_visit = list(place_visit_);
    int32_t *place_pair = list(place_pair_), *place_target = list(place_target_);

    row_first.resize(static_cast<size_t>(job_.rows));
    int32_t visit = 0, place = 0;
    for (int32_t r = 0; r < job_.rows; r++) {
        const int32_t pairs = row_pairs[static_cast<size_t>(r)], visits = visits_of(pairs, job_.want);
        row_first[static_cast<size_t>(r)] = place;
        for (int32_t v = 0; v < visits; v++, visit++) {
            visit_row[visit] = r;
            visit_first[visit] = place;
            const int32_t left = row_first[static_cast<size_t>(r)] + pairs - place;
            const int32_t here = visits == 1 ? pairs : std::min(visit_targets, left);
            for (int32_t end = place + here; place < end; place++) place_visit[place] = visit;
        }
    }
    visit_first[visit] = place;
    for (int32_t p = 0; p < job_.pairs; p++) {
        const int32_t at = row_first[static_cast<size_t>(job_.pair_row[p])]++;
        place_pair[at] = p;
        place_target[at] = job_.pair_target[p];
    }
    if (job_.segments > 0)
        memcpy(list(segment_start_), job_.segment_start, sizeof(int32_t) * (static_cast<size_t>(job_.segments) + 1));
    if (wants(MIWV_WANT_LISTED) && job_.listed > 0)
        memcpy(list(listed_ids_), job_.listed_ids, sizeof(int32_t) * static_cast<size_t>(job_.listed));
}

gather_args cuda_wave::args(const void *input, void *sums, void *result) const {
    const auto list = [input](size_t offset) {
        return reinterpret_cast<const int32_t *>(static_cast<const char *>(input) + offset);
    };
    char *out = static_cast<char *>(result);
    gather_args a{};
    a.logits = job_.logits;
    a.row_stride = job_.row_stride;
    a.rows = job_.rows;
    a.vocab = job_.vocab;
    a.slices = slices_;
    a.visits = visits_;
    a.pairs = job_.pairs;
    a.segments = job_.segments;
    a.listed = job_.listed;
    a.visit_row = list(0);
    a.visit_first = list(visit_first_);
    a.place_visit = list(place_visit_);
    a.place_pair = list(place_pair_);
    a.place_target = list(place_target_);
    a.segment_start = list(segment_start_);
    a.listed_ids = list(listed_ids_);
    a.sums = static_cast<slice_sums *>(sums);
    a.segment_nll = reinterpret_cast<double *>(out);
    a.log_prob = reinterpret_cast<float *>(out + log_prob_);
    a.row_entropy = wants(MIWV_WANT_ENTROPY) ? reinterpret_cast<float *>(out + entropy_) : nullptr;
    a.pair_rank = wants(MIWV_WANT_RANK) ? reinterpret_cast<int32_t *>(out + rank_) : nullptr;
    a.row_listed = wants(MIWV_WANT_LISTED) && job_.listed > 0 ? reinterpret_cast<float *>(out + listed_) : nullptr;
    return a;
}

void cuda_wave::copy_results(const void *result) const {
    copy_out(job_.segment_nll, result, 0, job_.segments);
    copy_out(job_.log_prob, result, log_prob_, job_.pairs);
    if (wants(MIWV_WANT_ENTROPY)) copy_out(job_.row_entropy, result, entropy_, job_.rows);
    if (wants(MIWV_WANT_RANK)) copy_out(job_.pair_rank, result, rank_, job_.pairs);
    if (wants(MIWV_WANT_LISTED)) copy_out(job_.row_listed, result, listed_, int64_t{job_.rows} * job_.listed);
}

}  // namespace miwv
