// g++ -std=c++20 card_ballast.cpp ../cuda_driver.cpp      (root CMakeLists.txt does this; run <build>/card_ballast LEAVE_MIB SECONDS)
// Fills the first card but for LEAVE_MIB and holds on, as other programs would: for scripts/gpu-check's runs on a full card.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "cuda_driver.h"

int main(int argc, char **argv) {
    namespace cuda = miwv::cuda;
    const long leave = argc > 1 ? std::atol(argv[1]) : 1024, seconds = argc > 2 ? std::atol(argv[2]) : 60;
    constexpr size_t chunk = size_t{128} << 20;
    const char *why = "";
    const cuda::driver *d = cuda::load_driver(&why);
    cuda::device card;
    cuda::context context;
    if (d == nullptr || d->cuDeviceGet(&card, 0) != 0 || d->cuDevicePrimaryCtxRetain(&context, card) != 0 || d->cuCtxPushCurrent(context) != 0) {
        std::fprintf(stderr, "card_ballast: %s\n", d == nullptr ? why : "the card gave no context");
        return 1;
    }
    std::vector<cuda::pointer> held;
    for (cuda::pointer p; d->cuMemAlloc(&p, chunk) == 0;) held.push_back(p);
    for (size_t back = static_cast<size_t>(leave) << 20; back > 0 && !held.empty(); back -= back < chunk ? back : chunk) {
        d->cuMemFree(held.back());
        held.pop_back();
    }
    std::printf("holding %zu MiB\n", held.size() * (chunk >> 20));
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    return 0;
}
