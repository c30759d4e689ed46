// g++ -std=c++20 -O3 bench_gather.cpp -lmiwv_gather      (root CMakeLists.txt does this; run <build>/bench_gather [threads])
// The gather against one SIMD read (a sum) of the same array, alternating in one run; the shortest of the repetitions.
// Prints, per shape and instruction set, GB/s of both and the gather's share of the sum's speed (aim 0.85).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "gather.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point start) {
    return std::chrono::duration<double>(clock_type::now() - start).count();
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float sum_avx512(const float *x, int64_t n) {
    __m512 s[8];
    for (auto &v : s) v = _mm512_setzero_ps();
    for (int64_t i = 0; i + 128 <= n; i += 128)
        for (int u = 0; u < 8; u++) s[u] = _mm512_add_ps(s[u], _mm512_loadu_ps(x + i + 16 * u));
    float lanes[16], total = 0;
    for (int u = 1; u < 8; u++) s[0] = _mm512_add_ps(s[0], s[u]);
    _mm512_storeu_ps(lanes, s[0]);
    for (float lane : lanes) total += lane;
    return total;
}

__attribute__((target("avx2"))) float sum_avx2(const float *x, int64_t n) {
    __m256 s[8];
    for (auto &v : s) v = _mm256_setzero_ps();
    for (int64_t i = 0; i + 64 <= n; i += 64)
        for (int u = 0; u < 8; u++) s[u] = _mm256_add_ps(s[u], _mm256_loadu_ps(x + i + 8 * u));
    float lanes[8], total = 0;
    for (int u = 1; u < 8; u++) s[0] = _mm256_add_ps(s[0], s[u]);
    _mm256_storeu_ps(lanes, s[0]);
    for (float lane : lanes) total += lane;
    return total;
}
#endif

float sum_plain(const float *x, int64_t n) {
    float lanes[32] = {}, total = 0;
    for (int64_t i = 0; i + 32 <= n; i += 32)
        for (int u = 0; u < 32; u++) lanes[u] += x[i + u];
    for (float lane : lanes) total += lane;
    return total;
}

float fastest_sum(const float *x, int64_t n) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return sum_avx512(x, n);
    if (__builtin_cpu_supports("avx2")) return sum_avx2(x, n);
#endif
    return sum_plain(x, n);
}

volatile float sink;

// The sum over `threads` threads that are already running when the clock starts.
double time_sum(const float *x, int64_t n, int threads) {
    std::atomic<int> ready{0}, done{0};
    std::atomic<bool> go{false};
    std::vector<std::thread> helpers;
    auto part = [&](int t) {
        const int64_t share = n / threads;
        sink = fastest_sum(x + share * t, t == threads - 1 ? n - share * t : share);
    };
    for (int t = 1; t < threads; t++)
        helpers.emplace_back([&, t] {
            ready++;
            while (!go.load()) std::this_thread::yield();
            part(t);
            done++;
        });
    while (ready.load() < threads - 1) std::this_thread::yield();
    const auto start = clock_type::now();
    go = true;
    part(0);
    while (done.load() < threads - 1) std::this_thread::yield();
    const double elapsed = seconds_since(start);
    for (auto &h : helpers) h.join();
    return elapsed;
}

void bench(int rows, int vocab, int threads, const char *isa) {
    const int64_t n = static_cast<int64_t>(rows) * vocab;
    std::unique_ptr<float, void (*)(void *)> logits(
        static_cast<float *>(std::aligned_alloc(64, static_cast<size_t>((n * 4 + 63) / 64 * 64))), std::free);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0f, 3.0f);
    std::vector<float> pattern(65537);  // a length that shares no factor with a row
    for (float &v : pattern) v = normal(random);
    for (int64_t i = 0; i < n; i++) logits.get()[i] = pattern[static_cast<size_t>(i) % pattern.size()];

    std::vector<int32_t> row(static_cast<size_t>(rows)), target(row.size());
    for (int r = 0; r < rows; r++) {
        row[static_cast<size_t>(r)] = r;
        target[static_cast<size_t>(r)] = static_cast<int32_t>(random() % static_cast<unsigned>(vocab));
    }
    const int32_t bounds[] = {0, rows / 2, rows};
    std::vector<float> log_prob(row.size());
    double nll[2];
    miwv_gather_job job{};
    job.logits = logits.get();
    job.row_stride = vocab;
    job.rows = rows;
    job.vocab = vocab;
    job.pair_row = row.data();
    job.pair_target = target.data();
    job.segment_start = bounds;
    job.pairs = rows;
    job.segments = 2;
    job.threads = threads;
    job.log_prob = log_prob.data();
    job.segment_nll = nll;

    double gather = 1e9, sum = 1e9;
    const auto begin = clock_type::now();
    for (int repeat = 0; repeat < 9 || (seconds_since(begin) < 1.5 && repeat < 200); repeat++) {
        sum = std::min(sum, time_sum(logits.get(), n, threads));
        const auto start = clock_type::now();
        if (miwv_gather_cpu(&job) != MIWV_OK) std::abort();
        gather = std::min(gather, seconds_since(start));
    }
    const double gb = static_cast<double>(n) * 4e-9;
    std::printf("%4d x %6d  %-8s  %d thread%s  sum %6.1f GB/s  gather %6.1f GB/s  ratio %.2f\n", rows, vocab, isa, threads,
                threads == 1 ? " " : "s", gb / sum, gb / gather, sum / gather);
}

}  // namespace

int main(int argc, char **argv) {
    const int most = argc > 1 ? std::atoi(argv[1]) : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    if (most < 1) {
        std::fprintf(stderr, "usage: bench_gather [threads >= 1]\n");
        return 2;
    }
    const struct { int rows, vocab; } shapes[] = {{256, 32000}, {128, 152064}, {64, 262144}};
    for (const char *isa : {"avx512", "avx2", "portable"}) {
        if (miwv_gather_force_isa(isa) != MIWV_OK) {
            std::printf("%s: not on this CPU\n", isa);
            continue;
        }
        for (const auto &shape : shapes)
            for (int threads = 1; threads <= most; threads += std::max(1, most - 1)) bench(shape.rows, shape.vocab, threads, isa);
    }
    return 0;
}
