// Reads a little-endian f32 two-dimensional .npy, and the clocks and meters the peers share.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <cmath>
#include <string>
#include <vector>

struct Npy {
    size_t rows = 0, cols = 0;
    std::vector<float> data;
    const float* row(size_t i) const { return data.data() + i * cols; }
    float* row(size_t i) { return data.data() + i * cols; }
};

inline Npy load_npy(const char* path) {
    FILE* f = fopen(path, "rb");
    unsigned char head[10];
    if (!f || fread(head, 1, 10, f) != 10 || memcmp(head, "\x93NUMPY", 6) != 0) { fprintf(stderr, "%s: not a .npy file\n", path); exit(1); }
    std::string text(head[8] + 256 * head[9], ' ');
    Npy a;
    const char* shape;
    if (fread(&text[0], 1, text.size(), f) != text.size() || text.find("'<f4'") == std::string::npos
        || !(shape = strstr(text.c_str(), "'shape': (")) || sscanf(shape + 10, "%zu, %zu", &a.rows, &a.cols) != 2) { fprintf(stderr, "%s: an f32 matrix is needed\n", path); exit(1); }
    a.data.resize(a.rows * a.cols);
    if (fread(a.data.data(), 4, a.data.size(), f) != a.data.size()) { fprintf(stderr, "%s: cut short\n", path); exit(1); }
    fclose(f);
    return a;
}

inline void normalize(Npy& a) {
    for (size_t i = 0; i < a.rows; i++) {
        double s = 0;
        for (size_t d = 0; d < a.cols; d++) s += (double)a.row(i)[d] * a.row(i)[d];
        float scale = s > 0 ? (float)(1 / std::sqrt(s)) : 0;
        for (size_t d = 0; d < a.cols; d++) a.row(i)[d] *= scale;
    }
}

inline double dot(const Npy& a, size_t i, size_t j) {
    double s = 0;
    for (size_t d = 0; d < a.cols; d++) s += (double)a.row(i)[d] * a.row(j)[d];
    return s;
}

inline size_t resident_bytes() {
    long pages = 0, resident = 0;
    FILE* f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%ld %ld", &pages, &resident) != 2) return 0;
    fclose(f);
    return (size_t)resident * 4096;
}

struct Clock {
    double wall0 = now(CLOCK_MONOTONIC), cpu0 = now(CLOCK_PROCESS_CPUTIME_ID);
    double seconds() const { return now(CLOCK_MONOTONIC) - wall0; }
    double cpu() const { return now(CLOCK_PROCESS_CPUTIME_ID) - cpu0; }
    static double now(clockid_t id) { timespec t; clock_gettime(id, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
};
