// For the gather tests: a job that owns its arrays, and the comparison of all its outputs with fp64.
#pragma once
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "gather.h"

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

// The gather under test, on a job whose logits are in host memory.
int (*gather)(const miwv_gather_job &job) = [](const miwv_gather_job &job) { return miwv_gather_cpu(&job); };

// A job that owns its arrays, each exactly as long as the ABI says, so that a sanitizer sees any step outside.
struct test_job {
    int rows, vocab;
    int64_t stride;
    int dtype = MIWV_F32;
    std::vector<float> logits;       // [rows][stride] without the padding after the last row
    std::vector<uint16_t> halves;    // the same in 16 bits
    std::vector<int32_t> row, target, bounds, listed;
    std::vector<float> log_prob, entropy, listed_out;
    std::vector<double> nll;
    std::vector<int32_t> rank;
    int want = 0, threads = 1;

    test_job(int rows_, int vocab_, int64_t stride_)
        : rows(rows_), vocab(vocab_), stride(stride_),
          logits(static_cast<size_t>(rows_ > 0 ? (rows_ - 1) * stride_ + vocab_ : 0)) {}

    void add_pair(int r, int t) {
        row.push_back(r);
        target.push_back(t);
    }

    miwv_gather_job job() {
        if (bounds.empty()) bounds = {0, static_cast<int32_t>(row.size())};
        log_prob.assign(row.size(), 12345.0f);
        rank.assign(row.size(), -7);
        nll.assign(bounds.size() - 1, 12345.0);
        entropy.assign(static_cast<size_t>(rows), 12345.0f);
        listed_out.assign(static_cast<size_t>(rows) * listed.size(), 12345.0f);
        miwv_gather_job j{};
        j.logits = dtype == MIWV_F32 ? static_cast<const void *>(logits.data()) : halves.data();
        j.row_stride = stride;
        j.rows = rows;
        j.vocab = vocab;
        j.dtype = dtype;
        j.want = want;
        j.pair_row = row.data();
        j.pair_target = target.data();
        j.segment_start = bounds.data();
        j.pairs = static_cast<int32_t>(row.size());
        j.segments = static_cast<int32_t>(bounds.size()) - 1;
        j.listed_ids = listed.data();
        j.listed = static_cast<int32_t>(listed.size());
        j.threads = threads;
        j.log_prob = log_prob.data();
        j.segment_nll = nll.data();
        j.row_entropy = entropy.data();
        j.pair_rank = rank.data();
        j.row_listed = listed_out.data();
        return j;
    }

    int run() {
        const miwv_gather_job j = job();
        return gather(j);
    }
};

float from_half(uint16_t h) {
    const int e = h >> 10 & 31, m = h & 1023;
    const double v = e == 31 ? (m ? NAN : INFINITY) : e == 0 ? std::ldexp(m, -24) : std::ldexp(m + 1024, e - 25);
    return static_cast<float>(h & 0x8000 ? -v : v);
}

float from_bfloat(uint16_t b) {
    const uint32_t bits = static_cast<uint32_t>(b) << 16;
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

struct oracle_row {
    double top = -INFINITY, log_sum = 0, entropy = 0;
    bool sick = false;
};

oracle_row oracle(const float *x, int n) {
    oracle_row o;
    for (int i = 0; i < n; i++) {
        if (std::isnan(x[i]) || x[i] == inf) o.sick = true;
        if (x[i] > o.top) o.top = x[i];
    }
    if (o.sick || o.top == -INFINITY) {
        o.sick = true;
        return o;
    }
    double sum = 0, weighted = 0;
    for (int i = 0; i < n; i++) {
        const double d = x[i] - o.top, e = std::exp(d);
        sum += e;
        if (e > 0) weighted += e * d;
    }
    o.log_sum = std::log(sum);
    o.entropy = o.log_sum - weighted / sum;
    return o;
}

// 1e-5 nats, or one rounding to float where the value is too large for that.
bool near(double got, double expected) {
    if (std::isnan(expected)) return std::isnan(got);
    if (std::fabs(expected) > FLT_MAX * (1 + 0x1p-25)) return got == std::copysign(static_cast<double>(inf), expected);
    return std::fabs(got - expected) <= 1e-5 + std::fabs(expected) * 0x1p-23;
}

// Compares every output with fp64 on the logits as stored; returns the first difference, empty if none.
std::string compare(test_job &t) {
    if (t.run() != MIWV_OK) return "status";
    char text[200] = "";
    std::vector<bool> has_pair(static_cast<size_t>(t.rows));
    for (size_t p = 0; p < t.row.size(); p++) {
        has_pair[static_cast<size_t>(t.row[p])] = true;
        const float *x = t.logits.data() + t.row[p] * t.stride;
        const oracle_row o = oracle(x, t.vocab);
        const double expected = o.sick ? NAN : x[t.target[p]] - o.top - o.log_sum;
        if (!near(t.log_prob[p], expected)) {
            std::snprintf(text, sizeof text, "pair %zu row %d: log_prob %.9g, fp64 %.9g", p, t.row[p], t.log_prob[p], expected);
            return text;
        }
        if (t.want & MIWV_WANT_RANK) {
            int above = 0;
            for (int i = 0; i < t.vocab; i++) above += x[i] > x[t.target[p]];
            if (o.sick) above = -1;
            if (t.rank[p] != above) {
                std::snprintf(text, sizeof text, "pair %zu: rank %d, not %d", p, t.rank[p], above);
                return text;
            }
        } else if (t.rank[p] != -7) {
            return "rank written unasked";
        }
    }
    for (size_t s = 0; s + 1 < t.bounds.size(); s++) {
        double nll = 0;
        for (int p = t.bounds[s]; p < t.bounds[s + 1]; p++) nll -= t.log_prob[static_cast<size_t>(p)];
        if (!(t.nll[s] == nll || (std::isnan(nll) && std::isnan(t.nll[s])))) return "segment " + std::to_string(s);
    }
    for (int r = 0; r < t.rows; r++) {
        const float *x = t.logits.data() + r * t.stride;
        const float got = t.entropy[static_cast<size_t>(r)];
        if (!(t.want & MIWV_WANT_ENTROPY)) {
            if (got != 12345.0f) return "entropy written unasked";
        } else {
            const oracle_row o = oracle(x, t.vocab);
            if (!near(got, o.sick ? NAN : o.entropy)) {
                std::snprintf(text, sizeof text, "row %d: entropy %.9g, fp64 %.9g", r, got, o.entropy);
                return text;
            }
        }
        if (t.want & MIWV_WANT_LISTED)
            for (size_t i = 0; i < t.listed.size(); i++) {
                const float want = x[t.listed[i]], have = t.listed_out[static_cast<size_t>(r) * t.listed.size() + i];
                if (!(want == have || (std::isnan(want) && std::isnan(have)))) return "listed";
            }
    }
    return "";
}

}  // namespace
