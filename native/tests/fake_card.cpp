// Libraries in front of the real llama.cpp's, for tests of what happens on a card without one. They export a few functions of
// their own and find all others in the libraries they are linked with.
//   MIWV_FAKE_CARD_BASE   the CPU passes for a card of MIWV_FAKE_CARD_MIB MiB, all of it free
//   MIWV_FAKE_CARD_GGML   backends come from the real folder
//   MIWV_FAKE_CARD_LLAMA  llama_decode fails as for want of memory: MIWV_FAIL_ABOVE=N batches of more than N tokens,
//                         MIWV_FAIL_CALL=K[,L...] the K-th, L-th ... decode of the process; MIWV_ABORT_CALL=K ends as GGML_ABORT does
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define MIWV_FAKE_API extern "C" __attribute__((visibility("default")))

namespace {

[[maybe_unused]] long number(const char *name, long otherwise) {
    const char *text = std::getenv(name);
    return text != nullptr && *text != 0 ? std::atol(text) : otherwise;
}

// The same symbol of the library behind this one.
template <class F>
[[maybe_unused]] F real(const char *library, const char *name) {
    void *opened = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
    F found = opened != nullptr ? reinterpret_cast<F>(dlsym(opened, name)) : nullptr;
    if (found == nullptr) {
        std::fprintf(stderr, "fake_card: no %s in %s\n", name, library);
        std::abort();
    }
    return found;
}

// llama.cpp's own calls come here too, and get the truth.
[[maybe_unused]] bool from_llama(const void *caller) {
    Dl_info info;
    return dladdr(caller, &info) != 0 && info.dli_fname != nullptr && std::strncmp(info.dli_fname, MIWV_REAL_FOLDER, sizeof MIWV_REAL_FOLDER - 1) == 0;
}

}  // namespace

#define REAL(name, ...) real<decltype(&name)>(MIWV_REAL_FOLDER "/libggml-base.so", #name)(__VA_ARGS__)
#define FROM_LLAMA from_llama(__builtin_return_address(0))

#if defined(MIWV_FAKE_CARD_BASE)

MIWV_FAKE_API int ggml_backend_dev_type(void *device) { return FROM_LLAMA ? REAL(ggml_backend_dev_type, device) : 1; }
MIWV_FAKE_API const char *ggml_backend_dev_name(void *device) {
    return FROM_LLAMA ? REAL(ggml_backend_dev_name, device) : "Fake0";
}
MIWV_FAKE_API const char *ggml_backend_dev_description(void *device) {
    return FROM_LLAMA ? REAL(ggml_backend_dev_description, device) : "Fake card";
}
MIWV_FAKE_API void ggml_backend_dev_memory(void *device, size_t *free, size_t *total) {
    if (FROM_LLAMA) return REAL(ggml_backend_dev_memory, device, free, total);
    *free = *total = static_cast<size_t>(number("MIWV_FAKE_CARD_MIB", 16384)) << 20;
}

#elif defined(MIWV_FAKE_CARD_GGML)

MIWV_FAKE_API void ggml_backend_load_all_from_path(const char *) {
    static const auto load = real<void (*)(const char *)>(MIWV_REAL_FOLDER "/libggml.v0.5.0.so", "ggml_backend_load_all_from_path");
    load(MIWV_REAL_FOLDER);
}

#elif defined(MIWV_FAKE_CARD_LLAMA)

struct batch {
    int32_t n_tokens;
    void *pointers[6];
};

MIWV_FAKE_API int32_t llama_decode(void *context, batch tokens) {
    static const auto decode = real<int32_t (*)(void *, batch)>(MIWV_REAL_FOLDER "/libllama.v0.5.0.so", "llama_decode");
    static std::atomic<long> calls{0};
    const long call = ++calls;
    if (tokens.n_tokens > number("MIWV_FAIL_ABOVE", INT32_MAX)) return -2;
    const char *list = std::getenv("MIWV_FAIL_CALL");
    for (const char *at = list; at != nullptr && *at != 0; at = std::strchr(at, ',') != nullptr ? std::strchr(at, ',') + 1 : nullptr)
        if (std::atol(at) == call) return -3;
    if (call == number("MIWV_ABORT_CALL", 0))
        real<void (*)(const char *, int, const char *, ...)>(MIWV_REAL_FOLDER "/libggml-base.so", "ggml_abort")("fake_card.cpp", 1, "CUDA error: %s", "out of memory");
    return decode(context, tokens);
}

#endif
