// g++ -std=c++20 test_gather.cpp -lmiwv_gather      (root CMakeLists.txt does this; CTest runs it, also under sanitizers)
// The gather of every instruction set against fp64, over shapes, types and extreme logits, and its argument checks.
// One line per case, OK or NOT OK; exit status 1 if any is not.
#include <algorithm>
#include <atomic>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gather.h"
#include "gather_cases.h"

namespace {

void thread_counts(const std::string &isa) {
    test_job t = random_job(37, 30011, 30020, 5.0f, 1.0f);
    for (int i = 0; i < 200; i++) t.add_pair(pick(0, 36), pick(0, 30010));
    t.bounds = {0, 3, 3, static_cast<int32_t>(t.row.size())};
    t.want = 7;
    t.threads = 1;
    t.run();
    const auto log_prob = t.log_prob;
    const auto nll = t.nll;
    const auto entropy = t.entropy;
    const auto rank = t.rank;
    bool same = true;
    for (int threads : {2, 7, 300, 1}) {
        t.threads = threads;
        t.run();
        same = same && t.log_prob == log_prob && t.nll == nll && t.entropy == entropy && t.rank == rank;
    }
    report(same, isa + " 1, 2, 7, 300 threads bit-identical");

    bool all_same = true;
    std::vector<std::thread> callers;
    std::atomic<bool> wrong{false};
    for (int c = 0; c < 4; c++)
        callers.emplace_back([&, mine = t]() mutable {
            mine.threads = 3;
            for (int i = 0; i < 20; i++)
                if (mine.run() != MIWV_OK || mine.log_prob != log_prob) wrong = true;
        });
    for (auto &caller : callers) caller.join();
    all_same = !wrong;
    report(all_same, isa + " four callers at once");
}

void arguments() {
    auto status_of = [](void (*change)(miwv_gather_job &)) {
        test_job t(3, 10, 12);
        t.add_pair(0, 1);
        t.add_pair(2, 9);
        t.bounds = {0, 1, 2};
        t.listed = {4};
        t.want = 7;
        miwv_gather_job j = t.job();
        change(j);
        const int status = miwv_gather_cpu(&j);
        for (float x : t.log_prob)
            if (status != MIWV_OK && x != 12345.0f) return -1;
        return status;
    };
    static const int32_t bad_rows[] = {0, 3}, negative[] = {0, -1}, bad_targets[] = {10, 0};
    static const int32_t late[] = {1, 1, 2}, descending[] = {0, 3, 2}, short_end[] = {0, 1, 1};
    struct { const char *name; int expected; void (*change)(miwv_gather_job &); } cases[] = {
        {"as it is", MIWV_OK, [](miwv_gather_job &) {}},
        {"no logits", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.logits = nullptr; }},
        {"logits between elements", MIWV_BAD_ARGUMENT,
         [](miwv_gather_job &j) { j.logits = static_cast<const char *>(j.logits) + 2; }},
        {"stride below vocab", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.row_stride = 9; }},
        {"stride overflows", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.row_stride = INT64_MAX / 4; }},
        {"rows -1", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.rows = -1; }},
        {"vocab 0", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.vocab = 0; }},
        {"dtype 3", MIWV_UNSUPPORTED_TYPE, [](miwv_gather_job &j) { j.dtype = 3; }},
        {"dtype -1", MIWV_UNSUPPORTED_TYPE, [](miwv_gather_job &j) { j.dtype = -1; }},
        {"unknown want", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.want = 8; }},
        {"pair_row null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pair_row = nullptr; }},
        {"pair_row too high", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pair_row = bad_rows; }},
        {"pair_row negative", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pair_row = negative; }},
        {"target null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pair_target = nullptr; }},
        {"target too high", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pair_target = bad_targets; }},
        {"target negative", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pair_target = negative; }},
        {"pairs -1", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pairs = -1; }},
        {"segments -1", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.segments = -1; }},
        {"segment_start null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.segment_start = nullptr; }},
        {"first segment late", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.segment_start = late; }},
        {"segments descend", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.segment_start = descending; }},
        {"segments end early", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.segment_start = short_end; }},
        {"listed id too high", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.listed_ids = bad_targets; }},
        {"listed -1", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.listed = -1; }},
        {"threads 0", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.threads = 0; }},
        {"log_prob null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.log_prob = nullptr; }},
        {"segment_nll null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.segment_nll = nullptr; }},
        {"entropy null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.row_entropy = nullptr; }},
        {"entropy null, unasked", MIWV_OK, [](miwv_gather_job &j) { j.row_entropy = nullptr; j.want = 0; }},
        {"rank null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.pair_rank = nullptr; }},
        {"row_listed null", MIWV_BAD_ARGUMENT, [](miwv_gather_job &j) { j.row_listed = nullptr; }},
        {"nothing at all", MIWV_OK,
         [](miwv_gather_job &j) { j = {}; j.vocab = 1; j.row_stride = 1; j.threads = 1; }},
    };
    for (const auto &c : cases) {
        const int status = status_of(c.change);
        report(status == c.expected, std::string("arguments: ") + c.name, "status " + std::to_string(status));
    }
    report(miwv_gather_cpu(nullptr) == MIWV_BAD_ARGUMENT, "arguments: null job");
    report(miwv_gather_abi_version() == MIWV_GATHER_ABI && miwv_gather_job_size() == sizeof(miwv_gather_job), "ABI");
    report(miwv_gather_force_isa("mmx") == MIWV_BAD_ARGUMENT, "unknown instruction set refused");
}

void rows_without_pairs_are_not_read(const std::string &isa) {
    // Only one row of three exists; the others lie where nothing may be read (a sanitizer and the NaN would tell).
    std::vector<float> middle(50, 0.0f);
    const int32_t row[] = {1}, target[] = {3}, bounds[] = {0, 1};
    float log_prob = 0;
    double nll = 0;
    miwv_gather_job j{};
    j.logits = reinterpret_cast<const float *>(reinterpret_cast<uintptr_t>(middle.data()) - 4 * (int64_t{1} << 40));
    j.row_stride = int64_t{1} << 40;
    j.rows = 3;
    j.vocab = 50;
    j.pair_row = row;
    j.pair_target = target;
    j.segment_start = bounds;
    j.pairs = j.segments = j.threads = 1;
    j.log_prob = &log_prob;
    j.segment_nll = &nll;
    const int status = miwv_gather_cpu(&j);
    report(status == MIWV_OK && near(log_prob, -std::log(50.0)) && nll == -static_cast<double>(log_prob),
           isa + " rows without pairs are not read");
}

}  // namespace

int main(int argc, char **argv) {
    if (argc > 1 && std::strcmp(argv[1], "isa") == 0) {  // for the test of MIWV_GATHER_ISA
        std::printf("isa %s\n", miwv_gather_cpu_isa());
        return 0;
    }
    arguments();
    for (const char *isa : {"avx512", "avx2", "portable"}) {
        if (miwv_gather_force_isa(isa) != MIWV_OK) {
            std::printf("absent %s: not on this CPU\n", isa);
            continue;
        }
        report(std::strcmp(miwv_gather_cpu_isa(), isa) == 0, std::string(isa) + " is in use");
        shapes(isa, 120);
        magnitudes(isa);
        special_rows(isa, 4000);
        half_types(isa);
        thread_counts(isa);
        rows_without_pairs_are_not_read(isa);
    }
    std::printf("%s\n", failures == 0 ? "all OK" : "NOT OK");
    return failures == 0 ? 0 : 1;
}
