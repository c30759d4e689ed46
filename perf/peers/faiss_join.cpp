// faiss IndexFlatIP self-join: every row searched for its two nearest, itself dropped.
// usage: faiss_join FILE.npy THREADS
#include "npy.h"
#include <faiss/IndexFlat.h>
#include <omp.h>

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    Npy a = load_npy(argv[1]);
    normalize(a);
    omp_set_num_threads(atoi(argv[2]));
    size_t before = resident_bytes();
    faiss::IndexFlatIP index((int)a.cols);
    index.add(a.rows, a.data.data());
    std::vector<float> distances(2 * a.rows);
    std::vector<faiss::Index::idx_t> ids(2 * a.rows);
    for (int repetition = 0; repetition < 2; repetition++) {
        Clock clock;
        index.search(a.rows, a.data.data(), 2, distances.data(), ids.data());
        printf("faiss join_s %.3f cpu_s %.3f memory_mb %.1f\n", clock.seconds(), clock.cpu(), (resident_bytes() - before) / 1e6);
    }
}
