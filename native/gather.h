// The gather: from logits, where they lie, to log-probs of target tokens and NLL sums of segments.
// One ABI, two implementations: gather_cpu.cpp (host pointers) and gather_cuda.cpp with gather_cuda.cu (device pointers).
// Never writes a [rows x vocab] array; the result is a few kilobytes per wave.
#pragma once
#include <stdint.h>

#ifdef _WIN32
#define MIWV_API __declspec(dllexport)
#else
#define MIWV_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Raised with every change of miwv_gather_job or of a function below.
#define MIWV_GATHER_ABI 2

enum miwv_gather_dtype { MIWV_F32 = 0, MIWV_F16 = 1, MIWV_BF16 = 2 };

enum miwv_gather_want {
    MIWV_WANT_ENTROPY = 1,  // row_entropy, nats
    MIWV_WANT_RANK = 2,     // pair_rank
    MIWV_WANT_LISTED = 4    // row_listed
};

enum miwv_gather_status {
    MIWV_OK = 0,
    MIWV_BAD_ARGUMENT = 1,      // null pointer, negative size, row or target out of range
    MIWV_UNSUPPORTED_TYPE = 2,
    MIWV_OUT_OF_MEMORY = 3,
    MIWV_DEVICE_ERROR = 4       // CUDA only; miwv_gather_cuda_error() has the text
};

typedef struct miwv_gather_job {
    const void *logits;            // [rows][row_stride], element type dtype, natural alignment
    int64_t row_stride;            // elements from one row to the next, >= vocab
    int32_t rows;
    int32_t vocab;
    int32_t dtype;                 // miwv_gather_dtype
    int32_t want;                  // miwv_gather_want bits
    const int32_t *pair_row;       // [pairs] row of each pair; a row may have any number of pairs
    const int32_t *pair_target;    // [pairs] token id
    const int32_t *segment_start;  // [segments + 1] bounds in pairs; ascending, first 0, last = pairs
    int32_t pairs;
    int32_t segments;
    const int32_t *listed_ids;     // [listed] ids whose logits are returned for every row
    int32_t listed;
    int32_t threads;               // CPU only, >= 1
    float *log_prob;               // out [pairs] natural log; NaN where the row holds NaN or +inf or is all -inf
    double *segment_nll;           // out [segments] minus the sum of its log_prob values, as stored, in order, in fp64
    float *row_entropy;            // out [rows] or null; NaN like log_prob
    int32_t *pair_rank;            // out [pairs] or null: how many ids have a logit strictly above the target's; -1 where log_prob is NaN
    float *row_listed;             // out [rows][listed] or null: raw logits
} miwv_gather_job;

MIWV_API int32_t miwv_gather_abi_version(void);
MIWV_API int32_t miwv_gather_job_size(void);

// Name of the instruction set the CPU gather runs with here: "avx512", "avx2" or "portable".
// MIWV_GATHER_ISA in the environment, read once, forces a lower one; a name this CPU can't run is ignored.
MIWV_API const char *miwv_gather_cpu_isa(void);

// For tests and benchmarks, not while a gather runs: sets the instruction set of later calls in this process;
// null goes back to the best one. MIWV_BAD_ARGUMENT, and nothing changed, if this CPU can't run it.
MIWV_API int32_t miwv_gather_force_isa(const char *isa);

// Outputs do not depend on threads; rows without a pair are read only for entropy or listed logits.
// Safe to call from several threads at once. On a status other than MIWV_OK no output was written.
MIWV_API int32_t miwv_gather_cpu(const miwv_gather_job *job);

// --- CUDA: job.logits is device memory of a primary context, the lists and outputs are host memory ---

typedef struct miwv_cuda_device {
    char name[128];
    int64_t total_bytes;
    int32_t capability;       // 10 * major + minor
    int32_t multiprocessors;
    int32_t driver_version;   // CUDA version the driver supports, 1000 * major + 10 * minor
    int32_t reserved;
} miwv_cuda_device;

// What the library was built with: "native sm_75 ...", "ptx sm_75" or "none".
MIWV_API const char *miwv_gather_cuda_image(void);

// Devices the CUDA gather could run on; 0 where there is no driver, no device, or image "none", and then
// miwv_gather_cuda_error() says which. Creates no context. MIWV_CUDA_DRIVER in the environment names another driver library.
MIWV_API int32_t miwv_gather_cuda_available(void);

MIWV_API int32_t miwv_gather_cuda_device(int32_t ordinal, miwv_cuda_device *device);

// One line about the last failure on the calling thread, "" if there was none.
MIWV_API const char *miwv_gather_cuda_error(void);

// As miwv_gather_cpu, on the device that holds the logits, on a stream of its own: whatever wrote them must be
// finished before the call, and the call returns when all outputs are there. A row's outputs depend on nothing but
// the row and the job's want bits: not on the card, the other rows, or the run.
MIWV_API int32_t miwv_gather_cuda(const miwv_gather_job *job);

#ifdef __cplusplus
}
#endif
