// g++ -std=c++20 test_gather_cuda.cpp -lmiwv_gather      (root CMakeLists.txt does this)
// The CUDA gather against fp64, on whatever driver MIWV_CUDA_DRIVER or the system gives: CTest runs it on the fake one
// (lockstep_block.h), scripts/gpu-check on the card. Without a driver it says so and passes.
//   test_gather_cuda [cases]     how many random shapes
#include <cstdlib>

#include "cuda_driver.h"
#include "gather_cases.h"

namespace {

namespace cuda = miwv::cuda;

const cuda::driver *driver;
int shift = 0;  // elements by which the logits are moved off a 16-byte boundary, in turn

void must(int result, const char *what) {
    if (result == 0) return;
    std::printf("NOT OK %s: CUDA error %d\n", what, result);
    std::exit(1);
}

struct device_memory {
    cuda::pointer at = 0;
    explicit device_memory(size_t bytes) { must(driver->cuMemAlloc(&at, bytes + 1), "cuMemAlloc"); }
    ~device_memory() { driver->cuMemFree(at); }
    device_memory(const device_memory &) = delete;
    device_memory &operator=(const device_memory &) = delete;
};

void upload(cuda::pointer to, const void *from, size_t bytes) {
    if (bytes == 0) return;
    must(driver->cuMemcpyHtoDAsync(to, from, bytes, nullptr), "cuMemcpyHtoD");
    must(driver->cuStreamSynchronize(nullptr), "cuStreamSynchronize");
}

// The job with its logits on the device, at every alignment in turn, with NaN on both sides.
int on_device(const miwv_gather_job &job) {
    const size_t size = job.dtype == MIWV_F32 ? 4 : 2;
    const size_t count = job.rows > 0 ? static_cast<size_t>((job.rows - 1) * job.row_stride + job.vocab) : 0;
    const size_t before = static_cast<size_t>(shift++) % (16 / size), guard = 64;
    std::vector<unsigned char> bytes((before + count + guard) * size, 0xFF);
    if (count > 0) std::memcpy(bytes.data() + before * size, job.logits, count * size);
    const device_memory memory(bytes.size());
    upload(memory.at, bytes.data(), bytes.size());
    miwv_gather_job moved = job;
    moved.logits = reinterpret_cast<const void *>(static_cast<uintptr_t>(memory.at + before * size));
    return miwv_gather_cuda(&moved);
}

void invariance() {
    // A row's bits do not depend on its neighbours, its alignment within them, or the run.
    test_job many = random_job(21, 40007, 40012, 5.0f, 1.0f);
    many.row.clear();
    many.target.clear();
    for (int r = 0; r < 21; r++)
        for (int t = 0; t < 1 + r % 7; t++) many.add_pair(r, (r * 1009 + t * 7919) % 40007);
    many.bounds = {0, static_cast<int32_t>(many.row.size())};
    many.want = 7;
    shift = 0;
    bool same = many.run() == MIWV_OK;
    const auto first = many.log_prob, entropy = many.entropy;
    const auto rank = many.rank;
    shift = 0;
    same = same && many.run() == MIWV_OK && many.log_prob == first && many.entropy == entropy && many.rank == rank;
    report(same, "twice the same bits");

    same = true;
    for (int r = 0; r < 21; r += 5) {
        test_job one(1, 40007, 40007);
        std::memcpy(one.logits.data(), many.logits.data() + r * many.stride, 40007 * sizeof(float));
        std::vector<float> expected;
        for (size_t p = 0; p < many.row.size(); p++)
            if (many.row[p] == r) {
                one.add_pair(0, many.target[p]);
                expected.push_back(first[p]);
            }
        one.want = 7;
        shift = static_cast<int>(r * many.stride % 4);
        same = same && one.run() == MIWV_OK && one.log_prob == expected && one.entropy[0] == entropy[static_cast<size_t>(r)];
    }
    report(same, "a row alone has the bits it has among others");
}

void refusals() {
    std::vector<float> host(64, 0.0f);
    test_job t(1, 64, 64);
    t.add_pair(0, 1);
    const miwv_gather_job j = t.job();
    const int status = miwv_gather_cuda(&j);
    report(status == MIWV_BAD_ARGUMENT && std::strstr(miwv_gather_cuda_error(), "not in the memory of a card") != nullptr,
           "host logits refused", miwv_gather_cuda_error());
    report(t.log_prob[0] == 12345.0f, "a refused job writes nothing");
    report(miwv_gather_cuda(nullptr) == MIWV_BAD_ARGUMENT, "null job refused");
}

void nothing_to_do() {
    test_job t(3, 50, 50);
    t.bounds = {0, 0, 0};
    report(t.run() == MIWV_OK && t.nll[0] == 0.0 && t.nll[1] == 0.0, "a job without pairs");
}

// MIWV_FAKE_CUDA_FAIL is set: the driver refuses one thing, and the gather must say so and write nothing.
int failing(const char *function, int expected, const char *word) {
    test_job t(2, 100, 100);
    t.add_pair(0, 1);
    setenv("MIWV_FAKE_CUDA_FAIL", function, 1);
    const device_memory memory(std::strcmp(function, "cuMemAlloc_v2") == 0 ? (unsetenv("MIWV_FAKE_CUDA_FAIL"), 800) : 800);
    setenv("MIWV_FAKE_CUDA_FAIL", function, 1);
    miwv_gather_job j = t.job();
    j.logits = reinterpret_cast<const void *>(static_cast<uintptr_t>(memory.at));
    const int status = miwv_gather_cuda(&j);
    unsetenv("MIWV_FAKE_CUDA_FAIL");
    report(status == expected && std::strstr(miwv_gather_cuda_error(), word) != nullptr && t.log_prob[0] == 12345.0f,
           std::string("driver failure ") + function, std::to_string(status) + " " + miwv_gather_cuda_error());
    return status;
}

}  // namespace

int main(int argc, char **argv) {
    const char *why = "";
    driver = cuda::load_driver(&why);
    if (driver == nullptr || miwv_gather_cuda_available() == 0) {
        std::printf("absent: %s\n", miwv_gather_cuda_available() == 0 ? miwv_gather_cuda_error() : why);
        report(miwv_gather_cuda_error()[0] != 0, "says why there is no CUDA gather");
        test_job t(1, 8, 8);
        t.add_pair(0, 1);
        const miwv_gather_job j = t.job();
        report(miwv_gather_cuda(&j) == MIWV_DEVICE_ERROR && t.log_prob[0] == 12345.0f, "refuses to compute without one");
        return failures == 0 ? 0 : 1;
    }
    miwv_cuda_device device;
    report(miwv_gather_cuda_device(0, &device) == MIWV_OK && device.capability >= 75, "device",
           std::string(device.name) + ", kernels " + miwv_gather_cuda_image());
    report(miwv_gather_cuda_device(99, &device) == MIWV_DEVICE_ERROR, "device 99 refused");

    cuda::device card;
    cuda::context context;
    must(driver->cuDeviceGet(&card, 0), "cuDeviceGet");
    must(driver->cuDevicePrimaryCtxRetain(&context, card), "cuDevicePrimaryCtxRetain");
    must(driver->cuCtxPushCurrent(context), "cuCtxPushCurrent");
    const bool fake = std::getenv("MIWV_CUDA_DRIVER") != nullptr;
    if (fake) {  // before the kernels are loaded
        failing("cuModuleLoadDataEx", MIWV_DEVICE_ERROR, "image");
        failing("cuMemAllocHost_v2", MIWV_OUT_OF_MEMORY, "pinned");
        failing("cuMemAlloc_v2", MIWV_OUT_OF_MEMORY, "device memory");
        failing("cuStreamSynchronize", MIWV_DEVICE_ERROR, "on the card");
    }

    gather = on_device;
    const int cases = argc > 1 ? std::atoi(argv[1]) : 120;
    const std::string name = fake ? "lockstep" : "cuda";
    refusals();
    nothing_to_do();
    shapes(name, cases);
    magnitudes(name);
    special_rows(name, cases * 10);
    half_types(name);
    invariance();
    std::printf("%s\n", failures == 0 ? "all OK" : "NOT OK");
    return failures == 0 ? 0 : 1;
}
