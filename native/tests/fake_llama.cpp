// Libraries that pass for llama.cpp's by name, for the tests of the start-up guard (src/Miwv.Llama):
//   MIWV_FAKE_EMPTY    exports nothing that llama.h knows
//   MIWV_FAKE_SHIFTED  answers like 0.5.0-dev with structs of the right sizes whose defaults lie where 3.19.0 of the
//                      npm package had them: without n_outputs_max_per_seq, so all that follows it is 4 bytes early
//   MIWV_FAKE_GGML     the two ggml libraries beside them
#include <stdint.h>
#include <string.h>

#define MIWV_FAKE_API extern "C" __attribute__((visibility("default")))

#if defined(MIWV_FAKE_EMPTY)

MIWV_FAKE_API int32_t miwv_fake_has_no_llama(void) { return 1; }

#elif defined(MIWV_FAKE_GGML)

MIWV_FAKE_API const char *ggml_version(void) { return "0.25.1"; }
MIWV_FAKE_API const char *ggml_commit(void) { return "fake"; }
MIWV_FAKE_API void ggml_backend_load_all(void) {}
MIWV_FAKE_API void ggml_backend_load_all_from_path(const char *) {}
MIWV_FAKE_API void *ggml_get_data(const void *) { return nullptr; }
MIWV_FAKE_API bool ggml_backend_buffer_is_host(void *) { return true; }

#elif defined(MIWV_FAKE_SHIFTED)

namespace {

struct bytes80 { uint8_t at[80]; };
struct bytes160 { uint8_t at[160]; };

template <class Struct, class T>
void put(Struct &s, int offset, T value) { memcpy(s.at + offset, &value, sizeof value); }

}  // namespace

MIWV_FAKE_API const char *llama_version(void) { return "0.5.0-dev"; }

MIWV_FAKE_API bytes80 llama_model_default_params(void) {
    bytes80 p = {};
    put<bytes80, int32_t>(p, 16, -1);  // n_gpu_layers
    put<bytes80, int32_t>(p, 20, 1);   // split_mode
    put<bytes80, int32_t>(p, 24, 0);   // main_gpu, where load_mode (-1) belongs
    p.at[65] = 1;                      // use_mmap, of the older layout
    return p;
}

MIWV_FAKE_API bytes160 llama_context_default_params(void) {
    bytes160 p = {};
    put<bytes160, uint32_t>(p, 0, 512);   // n_ctx
    put<bytes160, uint32_t>(p, 4, 2048);  // n_batch
    put<bytes160, uint32_t>(p, 8, 512);   // n_ubatch
    put<bytes160, uint32_t>(p, 12, 1);    // n_seq_max
    put<bytes160, uint32_t>(p, 16, 0);    // n_rs_seq
    put<bytes160, uint32_t>(p, 20, 0);    // n_outputs_max
    put<bytes160, int32_t>(p, 24, 4);     // n_threads, 28 in 0.5.0
    put<bytes160, int32_t>(p, 28, 4);     // n_threads_batch
    put<bytes160, int32_t>(p, 32, 0);     // ctx_type
    for (int offset = 36; offset <= 48; offset += 4) put<bytes160, int32_t>(p, offset, -1);  // rope, pooling, attention, fa
    for (int offset = 60; offset <= 72; offset += 4) put<bytes160, float>(p, offset, -1.0f);  // yarn
    put<bytes160, float>(p, 80, -1.0f);   // defrag_thold
    put<bytes160, int32_t>(p, 104, 1);    // type_k
    put<bytes160, int32_t>(p, 108, 1);    // type_v
    p.at[129] = p.at[130] = p.at[131] = p.at[132] = 1;  // offload_kqv, no_perf, op_offload, swa_full
    return p;
}

MIWV_FAKE_API void llama_backend_init(void) {}
MIWV_FAKE_API void llama_backend_free(void) {}
MIWV_FAKE_API uint64_t llama_max_devices(void) { return 16; }
MIWV_FAKE_API uint64_t llama_max_parallel_sequences(void) { return 256; }
MIWV_FAKE_API bool llama_supports_mmap(void) { return true; }
MIWV_FAKE_API void llama_log_set(void *, void *) {}

#endif
