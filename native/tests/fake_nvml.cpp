// Test-only: NVIDIA's management library of a machine with two cards, for the code that shows how busy they are.
#include <cstdint>
#include <cstdio>

#define FAKE extern "C" __attribute__((visibility("default")))

namespace {
struct Utilization { std::uint32_t gpu, memory; };
struct Memory { std::uint64_t total, free, used; };
std::uint64_t index_of(void* device) { return reinterpret_cast<std::uintptr_t>(device) - 1; }
}

FAKE int nvmlInit_v2() { return 0; }
FAKE int nvmlDeviceGetCount_v2(std::uint32_t* count) { *count = 2; return 0; }
FAKE int nvmlDeviceGetHandleByIndex_v2(std::uint32_t index, void** device) { *device = reinterpret_cast<void*>(static_cast<std::uintptr_t>(index + 1)); return 0; }
FAKE int nvmlDeviceGetUtilizationRates(void* device, Utilization* rates) { *rates = {index_of(device) == 1 ? 93u : 4u, 50u}; return 0; }
FAKE int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) { *memory = {80ull << 30, 60ull << 30, (19 + index_of(device)) << 30}; return 0; }
FAKE int nvmlDeviceGetName(void* device, char* name, std::uint32_t size) { std::snprintf(name, size, "Fake card %d", static_cast<int>(index_of(device))); return 0; }
