// nvcc -O3 -std=c++17 -gencode arch=compute_90,code=sm_90 -I ../../native -o fused_head fused_head.cu ../../native/gather_cuda.cu
//   ../../native/gather_cuda_wave.cpp ../../native/gather_check.cpp -lcublas      (scripts/gpu-check fused does this)
// An experiment: the head's projection tile by tile with online log-sum-exp and target gather, logits never written, against
// cublasGemmEx with f32 logits and this project's gather kernel. One JSON line a shape: median milliseconds, bytes beside the
// inputs, errors against fp64 on sampled rows. Tensor cores through mma.sync (sm_80 and later); no wgmma.
// Not run on a GPU by this project yet; the tiling is tested on the CPU by fused_model.cpp.
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "fused_tile.h"
#include "gather_cuda_wave.h"

// of native/gather_cuda.cu
extern "C" __global__ void miwv_sum_f32(const miwv::gather_args args);
extern "C" __global__ void miwv_finish_f32(const miwv::gather_args args);

namespace {

using namespace fused;

struct partial {
    float top, sum;
};

__device__ void load_chunk_async(void *to, const void *from, bool inside) {
    const auto at = static_cast<uint32_t>(__cvta_generic_to_shared(to));
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(at), "l"(from), "r"(inside ? 16 : 0));
}

__device__ void load_matrices(uint32_t (&r)[4], const void *row) {
    const auto at = static_cast<uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(at));
}

template <class T>
__device__ void multiply(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1);
template <>
__device__ void multiply<__half>(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
template <>
__device__ void multiply<__nv_bfloat16>(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// One step of an online log-sum-exp: merges (top, sum) into another.
__device__ void merge(float &top, float &sum, float other_top, float other_sum) {
    const float highest = fmaxf(top, other_top);
    sum = sum * exp2f((top - highest) * 1.4426950408889634f) + other_sum * exp2f((other_top - highest) * 1.4426950408889634f);
    top = highest;
}

// hidden [rows][width], weight [vocab][width]; grid (row tiles, splits): a block takes every splits-th tile of ids.
template <class T>
__global__ void __launch_bounds__(threads, 2) fused_head(const T *hidden, const T *weight, const int *target, int rows, int width, int vocab, partial *partials, float *picked) {
    extern __shared__ __align__(128) unsigned char raw[];
    T *shared = reinterpret_cast<T *>(raw);  // [stages][hidden tile | weight tile]
    __shared__ partial across[tile_rows][warps_across];
    const int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
    const int row0 = blockIdx.x * tile_rows, tiles = (vocab + tile_ids - 1) / tile_ids, k_steps = width / tile_k;
    const int mine = (tiles - static_cast<int>(blockIdx.y) + static_cast<int>(gridDim.y) - 1) / static_cast<int>(gridDim.y);
    const int steps = mine * k_steps;

    const auto load = [&](int step) {
        if (step < steps) {
            T *a = shared + step % stages * 2 * side_elements, *b = a + side_elements;
            const int id0 = (blockIdx.y + step / k_steps * gridDim.y) * tile_ids, k0 = step % k_steps * tile_k;
#pragma unroll
            for (int j = 0; j < load_count; j++) {
                const int r = load_row(thread, j), c = load_chunk(thread, j);
                const bool in_rows = row0 + r < rows, in_ids = id0 + r < vocab;
                load_chunk_async(a + place(r, c), hidden + static_cast<int64_t>(in_rows ? row0 + r : 0) * width + k0 + c * chunk, in_rows);
                load_chunk_async(b + place(r, c), weight + static_cast<int64_t>(in_ids ? id0 + r : 0) * width + k0 + c * chunk, in_ids);
            }
        }
        asm volatile("cp.async.commit_group;");  // an empty group keeps the count right at the end
    };

    float top[row_fragments][2], sum[row_fragments][2];
    int wanted[row_fragments][2];
#pragma unroll
    for (int i = 0; i < row_fragments; i++)
#pragma unroll
        for (int h = 0; h < 2; h++) {
            const int row = row0 + warp_first_row(warp) + i * 16 + c_row(lane, 2 * h);
            top[i][h] = -INFINITY;
            sum[i][h] = 0;
            wanted[i][h] = row < rows ? target[row] : -1;
        }
    float c[row_fragments][id_fragments][4] = {};

    for (int s = 0; s < stages - 1; s++) load(s);
    for (int step = 0; step < steps; step++) {
        asm volatile("cp.async.wait_group %0;" ::"n"(stages - 2));
        __syncthreads();
        load(step + stages - 1);  // into the stage that everybody left before the barrier
        const T *a = shared + step % stages * 2 * side_elements, *b = a + side_elements;
#pragma unroll
        for (int k = 0; k < tile_k; k += 16) {
            uint32_t fa[row_fragments][4], fb[id_fragments / 2][4];
#pragma unroll
            for (int i = 0; i < row_fragments; i++) load_matrices(fa[i], a + place(warp_first_row(warp) + i * 16 + a_row(lane), k / chunk + a_chunk(lane)));
#pragma unroll
            for (int j = 0; j < id_fragments / 2; j++) load_matrices(fb[j], b + place(warp_first_id(warp) + j * 16 + b_row(lane), k / chunk + b_chunk(lane)));
#pragma unroll
            for (int i = 0; i < row_fragments; i++)
#pragma unroll
                for (int j = 0; j < id_fragments; j++) multiply<T>(c[i][j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
        }
        if ((step + 1) % k_steps != 0) continue;

        // a tile is whole: its logits live in registers only, and end here
        const int id0 = (blockIdx.y + step / k_steps * gridDim.y) * tile_ids + warp_first_id(warp);
#pragma unroll
        for (int i = 0; i < row_fragments; i++)
#pragma unroll
            for (int h = 0; h < 2; h++) {
                float highest = -INFINITY;
#pragma unroll
                for (int j = 0; j < id_fragments; j++)
#pragma unroll
                    for (int e = 2 * h; e < 2 * h + 2; e++) {
                        const int id = id0 + j * 8 + c_id(lane, e);
                        if (id >= vocab) c[i][j][e] = -INFINITY;
                        if (id == wanted[i][h]) picked[row0 + warp_first_row(warp) + i * 16 + c_row(lane, e)] = c[i][j][e];
                        highest = fmaxf(highest, c[i][j][e]);
                    }
                if (highest > top[i][h]) {
                    sum[i][h] *= exp2f((top[i][h] - highest) * 1.4426950408889634f);
                    top[i][h] = highest;
                }
                float more = 0;
#pragma unroll
                for (int j = 0; j < id_fragments; j++)
#pragma unroll
                    for (int e = 2 * h; e < 2 * h + 2; e++) {
                        more += top[i][h] == -INFINITY ? 0.0f : exp2f((c[i][j][e] - top[i][h]) * 1.4426950408889634f);
                        c[i][j][e] = 0;
                    }
                sum[i][h] += more;
            }
    }
    asm volatile("cp.async.wait_group 0;");

    // four lanes, then four warps, hold parts of a row
#pragma unroll
    for (int i = 0; i < row_fragments; i++)
#pragma unroll
        for (int h = 0; h < 2; h++) {
            for (int other = 1; other < 4; other *= 2) {
                const float t = __shfl_xor_sync(0xffffffff, top[i][h], other), s = __shfl_xor_sync(0xffffffff, sum[i][h], other);
                if (t > -INFINITY || top[i][h] > -INFINITY) merge(top[i][h], sum[i][h], t, s);
            }
            if (lane % 4 == 0) across[warp_first_row(warp) + i * 16 + c_row(lane, 2 * h)][warp % warps_across] = {top[i][h], sum[i][h]};
        }
    __syncthreads();
    if (thread < tile_rows && row0 + thread < rows) {
        partial p = across[thread][0];
        for (int w = 1; w < warps_across; w++)
            if (across[thread][w].top > -INFINITY) merge(p.top, p.sum, across[thread][w].top, across[thread][w].sum);
        partials[static_cast<int64_t>(row0 + thread) * gridDim.y + blockIdx.y] = p;
    }
}

__global__ void finish_rows(const partial *partials, const float *picked, int rows, int splits, float *log_prob) {
    const int row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= rows) return;
    partial p = partials[static_cast<int64_t>(row) * splits];
    for (int s = 1; s < splits; s++) {
        const partial q = partials[static_cast<int64_t>(row) * splits + s];
        if (q.top > -INFINITY) merge(p.top, p.sum, q.top, q.sum);
    }
    log_prob[row] = static_cast<float>(static_cast<double>(picked[row]) - p.top - log(static_cast<double>(p.sum)));
}

// The oracle: a block for a sampled row, every product and sum in fp64.
template <class T>
__global__ void oracle(const T *hidden, const T *weight, const int *target, const int *sampled, int width, int vocab, double *log_prob) {
    __shared__ double sums[256];
    const int row = sampled[blockIdx.x];
    double sum = 0, wanted = 0;
    for (int id = threadIdx.x; id < vocab; id += 256) {
        double x = 0;
        for (int k = 0; k < width; k++) x += static_cast<double>(static_cast<float>(hidden[static_cast<int64_t>(row) * width + k])) * static_cast<double>(static_cast<float>(weight[static_cast<int64_t>(id) * width + k]));
        sum += exp(x);  // logits stay within +-30
        if (id == target[row]) wanted = x;
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x == 0)
        for (int i = 1; i < 256; i++) sums[0] += sums[i];
    __syncthreads();
    if (target[row] % 256 == static_cast<int>(threadIdx.x)) log_prob[blockIdx.x] = wanted - log(sums[0]);
}

// Bell-shaped, from a hash of the index.
template <class T>
__global__ void fill(T *to, int64_t count, float deviation, uint32_t seed) {
    for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < count; i += int64_t{gridDim.x} * blockDim.x) {
        uint64_t x = (static_cast<uint64_t>(i) + seed * 0x9E3779B97F4A7C15ull) * 0xBF58476D1CE4E5B9ull;
        x = (x ^ x >> 27) * 0x94D049BB133111EBull;
        x ^= x >> 31;
        float sum = -2;
        for (int b = 0; b < 4; b++) sum += static_cast<float>(x >> 16 * b & 0xFFFF) / 65536.0f;
        to[i] = static_cast<T>(sum * 1.7320508f * deviation);
    }
}

void must(cudaError_t status, const char *what) {
    if (status == cudaSuccess) return;
    std::fprintf(stderr, "fused_head: %s: %s\n", what, cudaGetErrorString(status));
    std::exit(1);
}

void must(cublasStatus_t status, const char *what) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    std::fprintf(stderr, "fused_head: %s: cuBLAS status %d\n", what, static_cast<int>(status));
    std::exit(1);
}

template <class T>
T *allocate(int64_t count) {
    void *p = nullptr;
    must(cudaMalloc(&p, static_cast<size_t>(count) * sizeof(T)), "device memory");
    must(cudaMemset(p, 0xFF, static_cast<size_t>(count) * sizeof(T)), "poison");  // NaN, so that what nobody wrote is seen
    return static_cast<T *>(p);
}

template <class F>
double median_ms(F work) {
    cudaEvent_t begin, end;
    must(cudaEventCreate(&begin), "event");
    must(cudaEventCreate(&end), "event");
    std::vector<float> times;
    for (int i = 0; i < 23; i++) {
        must(cudaEventRecord(begin), "event");
        work();
        must(cudaEventRecord(end), "event");
        must(cudaEventSynchronize(end), "the work");
        float ms = 0;
        must(cudaEventElapsedTime(&ms, begin, end), "event");
        if (i >= 3) times.push_back(ms);
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

template <class T>
void bench(cublasHandle_t blas, const char *type, cudaDataType_t data_type, int rows, int width, int vocab, int multiprocessors) {
    T *hidden = allocate<T>(int64_t{rows} * width), *weight = allocate<T>(int64_t{vocab} * width);
    fill<<<1024, 256>>>(hidden, int64_t{rows} * width, 1.0f, 1);
    fill<<<4096, 256>>>(weight, int64_t{vocab} * width, 2.0f / std::sqrt(static_cast<float>(width)), 2);
    std::vector<int32_t> target(static_cast<size_t>(rows)), row(target.size());
    for (int r = 0; r < rows; r++) {
        row[static_cast<size_t>(r)] = r;
        target[static_cast<size_t>(r)] = static_cast<int32_t>(r * 7919LL % vocab);
    }
    int *device_target = allocate<int>(rows);
    must(cudaMemcpy(device_target, target.data(), sizeof(int) * target.size(), cudaMemcpyHostToDevice), "targets");

    const int row_tiles = (rows + tile_rows - 1) / tile_rows, tiles = (vocab + tile_ids - 1) / tile_ids;
    const int splits = std::min(tiles, std::max(1, 2 * multiprocessors / row_tiles));
    partial *partials = allocate<partial>(int64_t{rows} * splits);
    float *picked = allocate<float>(rows), *log_prob = allocate<float>(rows);
    constexpr int bytes = stages * 2 * side_elements * 2;
    must(cudaFuncSetAttribute(fused_head<T>, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes), "shared memory");
    const double fused_ms = median_ms([&] {
        fused_head<T><<<dim3(static_cast<unsigned>(row_tiles), static_cast<unsigned>(splits)), threads, bytes>>>(hidden, weight, device_target, rows, width, vocab, partials, picked);
        finish_rows<<<(rows + 127) / 128, 128>>>(partials, picked, rows, splits, log_prob);
    });
    must(cudaGetLastError(), "the fused head");
    std::vector<float> fused_result(target.size()), vendor_result(target.size());
    must(cudaMemcpy(fused_result.data(), log_prob, sizeof(float) * target.size(), cudaMemcpyDeviceToHost), "results");

    float *logits = allocate<float>(int64_t{rows} * vocab);
    const int32_t bounds[] = {0, rows};
    miwv_gather_job job{};
    job.logits = logits;
    job.row_stride = vocab;
    job.rows = rows;
    job.vocab = vocab;
    job.pair_row = row.data();
    job.pair_target = target.data();
    job.segment_start = bounds;
    job.pairs = rows;
    job.segments = 1;
    const miwv::cuda_wave wave(job);
    std::vector<char> lists(wave.input_bytes());
    wave.write_inputs(lists.data());
    char *input = allocate<char>(static_cast<int64_t>(wave.input_bytes())), *sums = allocate<char>(static_cast<int64_t>(wave.sums_bytes())), *result = allocate<char>(static_cast<int64_t>(wave.result_bytes()));
    must(cudaMemcpy(input, lists.data(), lists.size(), cudaMemcpyHostToDevice), "lists");
    const miwv::gather_args args = wave.args(input, sums, result);
    const float one = 1, zero = 0;
    const auto product = [&] {
        must(cublasGemmEx(blas, CUBLAS_OP_T, CUBLAS_OP_N, vocab, rows, width, &one, weight, data_type, width, hidden, data_type, width, &zero, logits, CUDA_R_32F, vocab, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT), "cublasGemmEx");
    };
    const auto gather = [&] {
        miwv_sum_f32<<<static_cast<unsigned>(wave.visits() * wave.slices()), miwv::block_threads>>>(args);
        miwv_finish_f32<<<(rows + 255) / 256, miwv::block_threads>>>(args);
    };
    const double product_ms = median_ms(product), gather_ms = median_ms(gather), vendor_ms = median_ms([&] { product(); gather(); });
    must(cudaGetLastError(), "the gather");
    must(cudaMemcpy(vendor_result.data(), args.log_prob, sizeof(float) * target.size(), cudaMemcpyDeviceToHost), "results");

    std::vector<int> sampled;
    for (int s = 0; s < 8; s++) sampled.push_back(static_cast<int>(int64_t{rows - 1} * s / 7));
    int *device_sampled = allocate<int>(8);
    double *expected = allocate<double>(8), truth[8];
    must(cudaMemcpy(device_sampled, sampled.data(), sizeof(int) * 8, cudaMemcpyHostToDevice), "rows");
    oracle<<<8, 256>>>(hidden, weight, device_target, device_sampled, width, vocab, expected);
    must(cudaMemcpy(truth, expected, sizeof truth, cudaMemcpyDeviceToHost), "the oracle");
    double fused_error = 0, vendor_error = 0, apart = 0;
    for (int s = 0; s < 8; s++) {
        const auto r = static_cast<size_t>(sampled[static_cast<size_t>(s)]);
        fused_error = std::fmax(fused_error, std::isfinite(fused_result[r]) ? std::fabs(fused_result[r] - truth[s]) : INFINITY);
        vendor_error = std::fmax(vendor_error, std::isfinite(vendor_result[r]) ? std::fabs(vendor_result[r] - truth[s]) : INFINITY);
    }
    for (size_t r = 0; r < target.size(); r++) apart = std::fmax(apart, std::isfinite(fused_result[r]) ? std::fabs(fused_result[r] - vendor_result[r]) : INFINITY);
    const double flops = 2.0 * rows * width * vocab;
    std::printf("{\"type\": \"%s\", \"rows\": %d, \"hidden\": %d, \"vocab\": %d, \"fused_ms\": %.4f, \"product_ms\": %.4f, \"gather_ms\": %.4f, \"product_and_gather_ms\": %.4f, "
                "\"fused_over_vendor\": %.3f, \"fused_tflops\": %.1f, \"product_tflops\": %.1f, \"fused_bytes\": %lld, \"vendor_bytes\": %lld, "
                "\"fused_error\": %.2e, \"vendor_error\": %.2e, \"apart\": %.2e, \"right\": %s}\n",
                type, rows, width, vocab, fused_ms, product_ms, gather_ms, vendor_ms, fused_ms / vendor_ms, flops / fused_ms * 1e-9, flops / product_ms * 1e-9,
                static_cast<long long>(int64_t{rows} * splits * 8 + rows * 8), static_cast<long long>(int64_t{rows} * vocab * 4 + static_cast<int64_t>(wave.input_bytes() + wave.sums_bytes() + wave.result_bytes())),
                fused_error, vendor_error, apart, fused_error < 1e-3 && apart < 1e-3 ? "true" : "false");
    std::fflush(stdout);
    for (void *p : {static_cast<void *>(hidden), static_cast<void *>(weight), static_cast<void *>(device_target), static_cast<void *>(partials), static_cast<void *>(picked), static_cast<void *>(log_prob),
                    static_cast<void *>(logits), static_cast<void *>(input), static_cast<void *>(sums), static_cast<void *>(result), static_cast<void *>(device_sampled), static_cast<void *>(expected)})
        cudaFree(p);
}

}  // namespace

int main() {
    cudaDeviceProp card;
    must(cudaGetDeviceProperties(&card, 0), "the card");
    cublasHandle_t blas;
    must(cublasCreate(&blas), "cuBLAS");
    std::fprintf(stderr, "%s, %d multiprocessors\n", card.name, card.multiProcessorCount);
    for (int width : {2048, 4096})
        for (int vocab : {32000, 151936})
            for (int rows : {256, 512, 1024, 2000, 2048}) {
                bench<__half>(blas, "f16", CUDA_R_16F, rows, width, vocab, card.multiProcessorCount);
                if (rows == 1024) bench<__nv_bfloat16>(blas, "bf16", CUDA_R_16BF, rows, width, vocab, card.multiProcessorCount);
            }
    return 0;
}
