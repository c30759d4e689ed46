// hnswlib self-join: build, query every row for its nearest other row, report times, recall@1 against exact ids, and memory.
// usage: hnswlib_join FILE.npy M EFC EF[,EF...] THREADS [EXACT.ids]   (EXACT.ids: int32 neighbour per row, written by the perf runner)
#include "npy.h"
#include <atomic>
#include <cmath>
#include <cstring>
#include <hnswlib/hnswlib.h>
#include <sstream>
#include <thread>

template <class F> void parallel(size_t n, int threads, F body) {
    std::atomic<size_t> next{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; t++)
        pool.emplace_back([&] { for (size_t i; (i = next++) < n;) body(i); });
    for (auto& t : pool) t.join();
}

int main(int argc, char** argv) {
    if (argc < 6) return 2;
    Npy a = load_npy(argv[1]);
    int M = atoi(argv[2]), efc = atoi(argv[3]), threads = atoi(argv[5]);
    normalize(a);
    std::vector<int> exact;
    if (argc > 6) {
        exact.resize(a.rows);
        FILE* f = fopen(argv[6], "rb");
        if (!f || fread(exact.data(), 4, a.rows, f) != a.rows) return fprintf(stderr, "%s: cannot read\n", argv[6]), 1;
        fclose(f);
    }
    hnswlib::InnerProductSpace space(a.cols);
    size_t before = resident_bytes();
    Clock clock;
    hnswlib::HierarchicalNSW<float> index(&space, a.rows, M, efc, 100);
    index.addPoint(a.row(0), 0);
    parallel(a.rows - 1, threads, [&](size_t i) { index.addPoint(a.row(i + 1), i + 1); });
    printf("hnswlib build_s %.3f cpu_s %.3f memory_mb %.1f\n", clock.seconds(), clock.cpu(), (resident_bytes() - before) / 1e6);
    std::stringstream efs(argv[4]);
    for (std::string ef; std::getline(efs, ef, ',');) {
        index.setEf(std::stoi(ef));
        std::vector<int> found(a.rows);
        Clock query;
        parallel(a.rows, threads, [&](size_t i) {
            auto result = index.searchKnn(a.row(i), 2);
            int best = -1;
            for (; !result.empty(); result.pop())
                if (result.top().second != i) best = (int)result.top().second;
            found[i] = best;
        });
        double s = query.seconds(), cpu = query.cpu();
        size_t same = 0;
        for (size_t i = 0; i < exact.size(); i++) {
            // another row with the same cosine is as right as the one with the lower index
            bool right = found[i] == exact[i];
            if (!right && found[i] >= 0 && exact[i] >= 0) right = dot(a, i, found[i]) >= dot(a, i, exact[i]) - 1e-6;
            same += right;
        }
        printf("hnswlib ef %s query_s %.3f cpu_s %.3f recall %.5f\n", ef.c_str(), s, cpu, exact.empty() ? NAN : same / (double)a.rows);
    }
}
