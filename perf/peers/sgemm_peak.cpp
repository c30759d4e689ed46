// OpenBLAS sgemm of N x N x D (A times its transpose, as the self-join multiplies): the practical peak of the cores.
// usage: sgemm_peak N D THREADS
#include "npy.h"
#include <cblas.h>
extern "C" void openblas_set_num_threads(int);
extern "C" char* openblas_get_corename(void);

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    int n = atoi(argv[1]), d = atoi(argv[2]);
    openblas_set_num_threads(atoi(argv[3]));
    std::vector<float> a((size_t)n * d), c((size_t)n * n);
    for (size_t i = 0; i < a.size(); i++) a[i] = (float)(i % 97) / 97 - 0.5f;
    for (int repetition = 0; repetition < 3; repetition++) {
        Clock clock;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, d, 1, a.data(), d, a.data(), d, 0, c.data(), n);
        printf("sgemm gflops %.1f per_cpu_second %.1f kernel %s\n", 2.0 * n * n * d / clock.seconds() / 1e9, 2.0 * n * n * d / clock.cpu() / 1e9, openblas_get_corename());
    }
}
