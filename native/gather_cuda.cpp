// g++ -std=c++20 -c gather_cuda.cpp      (root CMakeLists.txt does this, with the kernels embedded by cuda_image.cmake)
// The gather on device pointers: lists up from pinned memory, three launches, results down to pinned memory, on one
// stream of its own. Uses the primary context, in which libllama's pointers are valid. Never copies a logit.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "cuda_driver.h"
#include "gather.h"
#include "gather_check.h"
#include "gather_cuda_wave.h"

// Made by the build: kernels as the driver takes them (a fatbin, or PTX with its closing zero), or nothing.
extern "C" const unsigned char miwv_cuda_image[];
extern "C" const char miwv_cuda_image_kind[];

namespace {

using miwv::cuda_wave;
using miwv::gather_args;
namespace cuda = miwv::cuda;

thread_local char error_text[512];

struct device_error {};

const cuda::driver *usable_driver() {
    const char *why = "";
    const cuda::driver *d = cuda::load_driver(&why);
    if (d == nullptr) {
        std::snprintf(error_text, sizeof error_text, "%s", why);
    } else if (std::strcmp(miwv_cuda_image_kind, "none") == 0) {
        std::snprintf(error_text, sizeof error_text,
                      "this gather library was built without its CUDA kernels: install clang or the CUDA toolkit and build again");
        d = nullptr;
    }
    return d;
}

void require(const cuda::driver &d, cuda::result result, const char *what) {
    if (result == 0) return;
    const char *text = nullptr;
    d.cuGetErrorString(result, &text);
    std::snprintf(error_text, sizeof error_text, "%s: %s (CUDA error %d)", what, text != nullptr ? text : "unknown", result);
    if (result == 2) throw std::bad_alloc();
    throw device_error();
}

class current_context {
public:
    current_context(const cuda::driver &d, cuda::context context) : d_(d) {
        require(d, d.cuCtxPushCurrent(context), "entering the context");
    }
    ~current_context() {
        cuda::context left;
        d_.cuCtxPopCurrent(&left);
    }
    current_context(const current_context &) = delete;
    current_context &operator=(const current_context &) = delete;

private:
    const cuda::driver &d_;
};

// Memory and a stream for one call at a time; grows, never shrinks.
struct workspace {
    cuda::stream stream = nullptr;
    void *pinned = nullptr;
    cuda::pointer device = 0;
    size_t pinned_bytes = 0, device_bytes = 0;

    void reserve(const cuda::driver &d, size_t pinned_wanted, size_t device_wanted) {
        if (stream == nullptr) require(d, d.cuStreamCreate(&stream, cuda::stream_non_blocking), "making a stream");
        if (pinned_wanted > pinned_bytes) {
            if (pinned != nullptr) d.cuMemFreeHost(pinned);
            pinned = nullptr;
            pinned_bytes = 0;
            require(d, d.cuMemAllocHost(&pinned, pinned_wanted * 2), "pinned memory for the gather");
            pinned_bytes = pinned_wanted * 2;
        }
        if (device_wanted > device_bytes) {
            if (device != 0) d.cuMemFree(device);
            device = 0;
            device_bytes = 0;
            require(d, d.cuMemAlloc(&device, device_wanted * 2), "device memory for the gather");
            device_bytes = device_wanted * 2;
        }
    }
};

struct device_kernels {
    cuda::context context = nullptr;
    cuda::function sum[3][4] = {};  // by miwv_gather_dtype, entropy + 2 * rank
    cuda::function finish[3] = {}, segments = nullptr;
    int multiprocessors = 0;
    std::mutex gate;
    std::vector<std::unique_ptr<workspace>> idle;

    void load(const cuda::driver &d, int ordinal) {
        cuda::device device;
        require(d, d.cuDeviceGet(&device, ordinal), "finding the card");
        require(d, d.cuDeviceGetAttribute(&multiprocessors, cuda::attribute_multiprocessors, device), "asking the card");
        cuda::context primary;
        require(d, d.cuDevicePrimaryCtxRetain(&primary, device), "the card's primary context");
        current_context in(d, primary);
        char log[400] = "";
        int option[] = {cuda::jit_error_log_buffer, cuda::jit_error_log_buffer_bytes};
        void *value[] = {log, reinterpret_cast<void *>(static_cast<uintptr_t>(sizeof log))};
        cuda::module module;
        const cuda::result loaded = d.cuModuleLoadDataEx(&module, miwv_cuda_image, 2, option, value);
        if (loaded != 0 && log[0] != 0) {
            for (char *c = log; *c != 0; c++)
                if (*c == '\n') *c = ' ';
            std::snprintf(error_text, sizeof error_text, "the driver refuses the gather's kernels: %s", log);
            throw device_error();
        }
        require(d, loaded, "loading the gather's kernels");
        static const char *const types[] = {"f32", "f16", "bf16"}, *const kinds[] = {"", "_entropy", "_rank", "_entropy_rank"};
        char name[64];
        const auto find = [&](cuda::function &function) {
            require(d, d.cuModuleGetFunction(&function, module, name), name);
        };
        for (int type = 0; type < 3; type++) {
            for (int kind = 0; kind < 4; kind++) {
                std::snprintf(name, sizeof name, "miwv_sum_%s%s", types[type], kinds[kind]);
                find(sum[type][kind]);
            }
            std::snprintf(name, sizeof name, "miwv_finish_%s", types[type]);
            find(finish[type]);
        }
        std::snprintf(name, sizeof name, "miwv_sum_segments");
        find(segments);
        context = primary;
    }

    std::unique_ptr<workspace> borrow() {
        std::lock_guard<std::mutex> lock(gate);
        if (idle.empty()) return std::make_unique<workspace>();
        auto taken = std::move(idle.back());
        idle.pop_back();
        return taken;
    }

    void give_back(std::unique_ptr<workspace> w) {
        std::lock_guard<std::mutex> lock(gate);
        idle.push_back(std::move(w));
    }
};

// Lives as long as the process: the driver may be gone before static destructors run.
device_kernels &kernels_of(const cuda::driver &d, int ordinal) {
    static std::mutex gate;
    static std::vector<device_kernels *> devices;
    std::lock_guard<std::mutex> lock(gate);
    if (devices.size() <= static_cast<size_t>(ordinal)) devices.resize(static_cast<size_t>(ordinal) + 1);
    device_kernels *&slot = devices[static_cast<size_t>(ordinal)];
    if (slot == nullptr) {
        auto made = std::make_unique<device_kernels>();
        made->load(d, ordinal);
        slot = made.release();
    }
    return *slot;
}

void launch(const cuda::driver &d, cuda::function function, int64_t blocks, cuda::stream stream, gather_args &args) {
    void *arguments[] = {&args};
    require(d, d.cuLaunchKernel(function, static_cast<unsigned>(blocks), 1, 1, miwv::block_threads, 1, 1, 0, stream, arguments, nullptr),
            "starting the gather");
}

void run(const cuda::driver &d, device_kernels &on, workspace &space, const miwv_gather_job &job, const cuda_wave &wave) {
    const auto aligned = [](size_t bytes) { return (bytes + 255) & ~size_t{255}; };
    const size_t input = aligned(wave.input_bytes()), sums = aligned(wave.sums_bytes()), result = aligned(wave.result_bytes());
    current_context in(d, on.context);
    space.reserve(d, input + result, input + sums + result);
    char *pinned = static_cast<char *>(space.pinned);
    wave.write_inputs(pinned);

    const auto device = [&](size_t offset) { return reinterpret_cast<void *>(static_cast<uintptr_t>(space.device + offset)); };
    gather_args args = wave.args(device(0), device(input), device(input + sums));
    require(d, d.cuMemcpyHtoDAsync(space.device, pinned, wave.input_bytes(), space.stream), "sending the lists");
    const int kind = (job.want & MIWV_WANT_ENTROPY ? 1 : 0) + (job.want & MIWV_WANT_RANK ? 2 : 0);
    if (wave.visits() > 0)
        launch(d, on.sum[job.dtype][kind], int64_t{wave.visits()} * wave.slices(), space.stream, args);
    const int64_t work = std::max<int64_t>({job.pairs, args.row_entropy != nullptr ? wave.visits() : 0,
                                            args.row_listed != nullptr ? int64_t{job.rows} * job.listed : 0});
    const auto blocks = [&](int64_t threads) {
        return std::min<int64_t>((threads + miwv::block_threads - 1) / miwv::block_threads, 8 * on.multiprocessors);
    };
    if (work > 0) launch(d, on.finish[job.dtype], blocks(work), space.stream, args);
    if (job.segments > 0) launch(d, on.segments, blocks(job.segments), space.stream, args);
    if (wave.result_bytes() > 0)
        require(d, d.cuMemcpyDtoHAsync(pinned + input, space.device + input + sums, wave.result_bytes(), space.stream),
                "fetching the results");
    require(d, d.cuStreamSynchronize(space.stream), "the gather on the card");
    wave.copy_results(pinned + input);
}

// The card whose memory holds the logits; -1 for anything that is not memory of a card.
int device_of(const cuda::driver &d, const void *logits) {
    const auto address = static_cast<cuda::pointer>(reinterpret_cast<uintptr_t>(logits));
    unsigned type = 0;
    int ordinal = -1;
    if (d.cuPointerGetAttribute(&type, cuda::pointer_memory_type, address) != 0 || type != cuda::memory_type_device) return -1;
    return d.cuPointerGetAttribute(&ordinal, cuda::pointer_device_ordinal, address) == 0 ? ordinal : -1;
}

}  // namespace

extern "C" {

const char *miwv_gather_cuda_image(void) { return miwv_cuda_image_kind; }

const char *miwv_gather_cuda_error(void) { return error_text; }

int32_t miwv_gather_cuda_available(void) {
    const cuda::driver *d = usable_driver();
    int devices = 0;
    if (d != nullptr) d->cuDeviceGetCount(&devices);
    return devices;
}

int32_t miwv_gather_cuda_device(int32_t ordinal, miwv_cuda_device *out) {
    if (out == nullptr || ordinal < 0) return MIWV_BAD_ARGUMENT;
    const char *why = "";
    const cuda::driver *d = cuda::load_driver(&why);
    if (d == nullptr) {
        std::snprintf(error_text, sizeof error_text, "%s", why);
        return MIWV_DEVICE_ERROR;
    }
    try {
        *out = {};
        cuda::device device;
        size_t bytes = 0;
        int major = 0, minor = 0;
        require(*d, d->cuDeviceGet(&device, ordinal), "finding the card");
        require(*d, d->cuDeviceGetName(out->name, sizeof out->name, device), "asking the card");
        require(*d, d->cuDeviceTotalMem(&bytes, device), "asking the card");
        require(*d, d->cuDeviceGetAttribute(&major, cuda::attribute_major, device), "asking the card");
        require(*d, d->cuDeviceGetAttribute(&minor, cuda::attribute_minor, device), "asking the card");
        require(*d, d->cuDeviceGetAttribute(&out->multiprocessors, cuda::attribute_multiprocessors, device), "asking the card");
        require(*d, d->cuDriverGetVersion(&out->driver_version), "asking the driver");
        out->total_bytes = static_cast<int64_t>(bytes);
        out->capability = 10 * major + minor;
        return MIWV_OK;
    } catch (...) {
        return MIWV_DEVICE_ERROR;
    }
}

int32_t miwv_gather_cuda(const miwv_gather_job *job) {
    error_text[0] = 0;
    if (job == nullptr) return MIWV_BAD_ARGUMENT;
    const int32_t status = miwv::check_gather_job(*job);
    if (status != MIWV_OK) return status;
    const cuda::driver *d = usable_driver();
    if (d == nullptr) return MIWV_DEVICE_ERROR;
    try {
        const int ordinal = job->rows > 0 ? device_of(*d, job->logits) : 0;
        if (ordinal < 0) {
            std::snprintf(error_text, sizeof error_text, "the logits are not in the memory of a card");
            return MIWV_BAD_ARGUMENT;
        }
        const cuda_wave wave(*job);
        if (int64_t{wave.visits()} * wave.slices() > 0x7FFFFFFF) return MIWV_BAD_ARGUMENT;
        device_kernels &on = kernels_of(*d, ordinal);
        std::unique_ptr<workspace> space = on.borrow();
        run(*d, on, *space, *job, wave);  // after a failure the workspace is left behind: the stream may still use it
        on.give_back(std::move(space));
        return MIWV_OK;
    } catch (const std::bad_alloc &) {
        return MIWV_OUT_OF_MEMORY;
    } catch (const device_error &) {
        return MIWV_DEVICE_ERROR;
    }
}

}  // extern "C"
