// g++ -std=c++20 -O3 bench_gather_cuda.cpp -lmiwv_gather      (root CMakeLists.txt does this; run <build>/bench_gather_cuda [rows])
// The CUDA gather against a copy within the card's memory of the same logits, alternating in one run; shortest of the
// repetitions. "kernel" is the one read of the logits, "call" all of miwv_gather_cuda as a wave sees it.
// Prints a Markdown table: GB/s of each and their share of the copy's speed (must 0.80, aim 0.90 for 1024 x 151936).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "cuda_driver.h"
#include "gather.h"
#include "gather_cuda_wave.h"

extern "C" const unsigned char miwv_cuda_image[];

namespace {

namespace cuda = miwv::cuda;
const cuda::driver *driver;

void must(int result, const char *what) {
    if (result == 0) return;
    const char *text = "";
    driver->cuGetErrorString(result, &text);
    std::fprintf(stderr, "bench_gather_cuda: %s: %s\n", what, text);
    std::exit(1);
}

cuda::pointer allocate(size_t bytes) {
    cuda::pointer p;
    must(driver->cuMemAlloc(&p, bytes), "device memory");
    return p;
}

struct timer {
    cuda::event begin, end;
    timer() {
        must(driver->cuEventCreate(&begin, 0), "event");
        must(driver->cuEventCreate(&end, 0), "event");
    }
    template <class F>
    double seconds(cuda::stream stream, F work) {
        must(driver->cuEventRecord(begin, stream), "event");
        work();
        must(driver->cuEventRecord(end, stream), "event");
        must(driver->cuEventSynchronize(end), "event");
        float milliseconds = 0;
        must(driver->cuEventElapsedTime(&milliseconds, begin, end), "event");
        return milliseconds * 1e-3;
    }
};

void bench(cuda::module module, int rows, int vocab) {
    const size_t count = static_cast<size_t>(rows) * static_cast<size_t>(vocab), bytes = count * 4;
    const cuda::pointer logits = allocate(bytes), copy = allocate(bytes);
    {
        std::mt19937 random(1);
        std::normal_distribution<float> normal(0.0f, 3.0f);
        std::vector<float> pattern(std::min<size_t>(65537, count));
        for (float &v : pattern) v = normal(random);
        must(driver->cuMemcpyHtoDAsync(logits, pattern.data(), pattern.size() * 4, nullptr), "upload");
        for (size_t done = pattern.size() * 4; done < bytes;) {  // what is there, once more behind it
            const size_t more = std::min(done, bytes - done);
            must(driver->cuMemcpyDtoDAsync(logits + done, logits, more, nullptr), "copy");
            done += more;
        }
        must(driver->cuStreamSynchronize(nullptr), "upload");
    }
    std::vector<int32_t> row(static_cast<size_t>(rows)), target(row.size());
    for (int r = 0; r < rows; r++) {
        row[static_cast<size_t>(r)] = r;
        target[static_cast<size_t>(r)] = static_cast<int32_t>(r * 7919LL % vocab);
    }
    const int32_t bounds[] = {0, rows / 2, rows};
    std::vector<float> log_prob(row.size());
    double nll[2];
    miwv_gather_job job{};
    job.logits = reinterpret_cast<const void *>(static_cast<uintptr_t>(logits));
    job.row_stride = vocab;
    job.rows = rows;
    job.vocab = vocab;
    job.pair_row = row.data();
    job.pair_target = target.data();
    job.segment_start = bounds;
    job.pairs = rows;
    job.segments = 2;
    job.threads = 1;
    job.log_prob = log_prob.data();
    job.segment_nll = nll;

    const miwv::cuda_wave wave(job);
    const cuda::pointer input = allocate(wave.input_bytes()), sums = allocate(wave.sums_bytes()), result = allocate(wave.result_bytes());
    std::vector<char> lists(wave.input_bytes());
    wave.write_inputs(lists.data());
    must(driver->cuMemcpyHtoDAsync(input, lists.data(), lists.size(), nullptr), "upload");
    const auto at = [](cuda::pointer p) { return reinterpret_cast<void *>(static_cast<uintptr_t>(p)); };
    miwv::gather_args args = wave.args(at(input), at(sums), at(result));
    void *arguments[] = {&args};
    cuda::function sum;
    must(driver->cuModuleGetFunction(&sum, module, "miwv_sum_f32"), "kernel");
    const auto blocks = static_cast<unsigned>(wave.visits() * wave.slices());

    // Several at a time: the way from the host to the card is no part of a kernel's speed.
    const int burst = static_cast<int>(std::clamp<size_t>((size_t{4} << 30) / bytes, 1, 20));
    timer clock;
    double best_kernel = 1e9, best_copy = 1e9, best_call = 1e9;
    for (int repeat = 0; repeat < 50; repeat++) {
        best_copy = std::min(best_copy, clock.seconds(nullptr, [&] {
            for (int b = 0; b < burst; b++) must(driver->cuMemcpyDtoDAsync(copy, logits, bytes, nullptr), "copy");
        }) / burst);
        best_kernel = std::min(best_kernel, clock.seconds(nullptr, [&] {
            for (int b = 0; b < burst; b++)
                must(driver->cuLaunchKernel(sum, blocks, 1, 1, miwv::block_threads, 1, 1, 0, nullptr, arguments, nullptr), "launch");
        }) / burst);
        const auto start = std::chrono::steady_clock::now();
        if (miwv_gather_cuda(&job) != MIWV_OK) must(999, miwv_gather_cuda_error());
        best_call = std::min(best_call, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    const double gb = static_cast<double>(bytes) * 1e-9, copied = 2 * gb / best_copy;  // a copy reads and writes
    std::printf("| %d x %d | %.0f | %.0f (%.2f) | %.0f (%.2f) | %.1f | %.1f |\n", rows, vocab, copied, gb / best_kernel,
                gb / best_kernel / copied, gb / best_call, gb / best_call / copied, best_kernel * 1e6, best_call * 1e6);
    std::fflush(stdout);
    for (cuda::pointer p : {logits, copy, input, sums, result}) driver->cuMemFree(p);
}

}  // namespace

int main(int argc, char **argv) {
    const char *why = "";
    driver = cuda::load_driver(&why);
    miwv_cuda_device device;
    if (miwv_gather_cuda_available() == 0 || driver == nullptr || miwv_gather_cuda_device(0, &device) != MIWV_OK) {
        std::fprintf(stderr, "bench_gather_cuda: %s\n", miwv_gather_cuda_error());
        return 1;
    }
    cuda::device card;
    cuda::context context;
    cuda::module module;
    must(driver->cuDeviceGet(&card, 0), "card");
    must(driver->cuDevicePrimaryCtxRetain(&context, card), "context");
    must(driver->cuCtxPushCurrent(context), "context");
    must(driver->cuModuleLoadDataEx(&module, miwv_cuda_image, 0, nullptr, nullptr), "kernels");
    std::printf("%s, %s\n\n| shape (f32) | copy GB/s | kernel GB/s (share) | call GB/s (share) | kernel us | call us |\n|---|---|---|---|---|---|\n",
                device.name, miwv_gather_cuda_image());
    const int most = argc > 1 ? std::atoi(argv[1]) : 4096;
    for (int rows : {1, 16, 128, 1024, 4096})
        for (int vocab : {32000, 128256, 151936, 262144})
            if (rows <= most && static_cast<int64_t>(rows) * vocab * 8 < device.total_bytes / 2) bench(module, rows, vocab);
    return 0;
}
