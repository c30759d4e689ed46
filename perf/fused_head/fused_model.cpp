// g++ -std=c++20 -O2 fused_model.cpp      (root CMakeLists.txt does this; CTest fused_head_model)
// The fused head's tiling on the CPU: the same index functions as the kernel, ldmatrix and mma as the PTX manual defines them,
// against a plain fp64 log-softmax. Also that ldmatrix meets no bank conflict and that every element is loaded once.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <vector>

#include "fused_tile.h"

using namespace fused;

namespace {

void check(bool holds, const char *what) {
    if (holds) return;
    std::printf("FAILED: %s\n", what);
    std::exit(1);
}

// A warp's registers after ldmatrix.x4 (no .trans): matrix m has its 8 rows' addresses from lanes 8m..8m+7; lane l gets elements 2(l%4), 2(l%4)+1 of row l/4.
struct fragments {
    float element[32][4][2];
};

template <class Address>
fragments load_matrices(const std::vector<float> &shared, Address address) {
    fragments f;
    for (int m = 0; m < 4; m++) {
        std::set<int> banks;
        for (int r = 0; r < 8; r++) banks.insert(address(8 * m + r) * 2 / 16 % 8);
        check(banks.size() == 8, "the 8 rows of a matrix lie in different banks");
        for (int lane = 0; lane < 32; lane++)
            for (int e = 0; e < 2; e++) f.element[lane][m][e] = shared[static_cast<size_t>(address(8 * m + lane / 4) + lane % 4 * 2 + e)];
    }
    return f;
}

// mma.m16n8k16: a0 (g, 2t), a1 (g + 8, 2t), a2 (g, 2t + 8), a3 (g + 8, 2t + 8); b0 (2t, g), b1 (2t + 8, g); c0, c1 (g, 2t), c2, c3 (g + 8, 2t).
void multiply(double (&c)[32][4], const fragments &a, const fragments &b, int first) {
    double left[16][16], right[16][8];
    for (int lane = 0; lane < 32; lane++)
        for (int e = 0; e < 2; e++) {
            const int g = lane / 4, t = lane % 4 * 2 + e;
            left[g][t] = a.element[lane][0][e];
            left[g + 8][t] = a.element[lane][1][e];
            left[g][t + 8] = a.element[lane][2][e];
            left[g + 8][t + 8] = a.element[lane][3][e];
            right[t][g] = b.element[lane][first][e];
            right[t + 8][g] = b.element[lane][first + 1][e];
        }
    for (int lane = 0; lane < 32; lane++)
        for (int e = 0; e < 4; e++)
            for (int k = 0; k < 16; k++) c[lane][e] += left[lane / 4 + e / 2 * 8][k] * right[k][lane % 4 * 2 + e % 2];
}

void stage(std::vector<float> &shared, const std::vector<float> &matrix, int first, int count, int width, int k0) {
    std::fill(shared.begin(), shared.end(), NAN);
    for (int thread = 0; thread < threads; thread++)
        for (int j = 0; j < load_count; j++) {
            const int r = load_row(thread, j), c = load_chunk(thread, j);
            for (int e = 0; e < chunk; e++) {
                float &to = shared[static_cast<size_t>(place(r, c) + e)];
                check(std::isnan(to), "each place is written once");
                to = first + r < count ? matrix[static_cast<size_t>((first + r) * width + k0 + c * chunk + e)] : 0.0f;
            }
        }
}

void test(int rows, int width, int vocab, int splits) {
    std::mt19937 random(static_cast<unsigned>(rows * 31 + vocab));
    std::normal_distribution<float> normal;
    std::vector<float> hidden(static_cast<size_t>(rows * width)), weight(static_cast<size_t>(vocab * width));
    for (float &x : hidden) x = normal(random);
    for (float &x : weight) x = normal(random) * 2 / std::sqrt(static_cast<float>(width));
    std::vector<float> a(side_elements), b(side_elements);
    for (int row0 = 0; row0 < rows; row0 += tile_rows) {
        std::vector<double> sum(tile_rows, 0.0), picked(tile_rows, NAN);
        std::vector<int> seen(tile_rows, 0);
        for (int split = 0; split < splits; split++)
            for (int id0 = split * tile_ids; id0 < vocab; id0 += splits * tile_ids)
                for (int warp = 0; warp < threads / 32; warp++) {
                    double c[row_fragments][id_fragments][32][4] = {};
                    for (int k0 = 0; k0 < width; k0 += tile_k) {
                        stage(a, hidden, row0, rows, width, k0);
                        stage(b, weight, id0, vocab, width, k0);
                        for (int k = 0; k < tile_k; k += 16)
                            for (int i = 0; i < row_fragments; i++)
                                for (int j = 0; j < id_fragments; j++) {
                                    const fragments fa = load_matrices(a, [&](int lane) { return place(warp_first_row(warp) + i * 16 + a_row(lane), k / chunk + a_chunk(lane)); });
                                    const fragments fb = load_matrices(b, [&](int lane) { return place(warp_first_id(warp) + j / 2 * 16 + b_row(lane), k / chunk + b_chunk(lane)); });
                                    multiply(c[i][j], fa, fb, j % 2 * 2);
                                }
                    }
                    for (int i = 0; i < row_fragments; i++)
                        for (int j = 0; j < id_fragments; j++)
                            for (int lane = 0; lane < 32; lane++)
                                for (int e = 0; e < 4; e++) {
                                    const int r = warp_first_row(warp) + i * 16 + c_row(lane, e), id = id0 + warp_first_id(warp) + j * 8 + c_id(lane, e);
                                    if (id >= vocab || row0 + r >= rows) continue;
                                    sum[static_cast<size_t>(r)] += std::exp(c[i][j][lane][e]);
                                    seen[static_cast<size_t>(r)]++;
                                    if (id == (row0 + r) * 7919LL % vocab) picked[static_cast<size_t>(r)] = c[i][j][lane][e];
                                }
                }
        for (int r = 0; r < tile_rows && row0 + r < rows; r++) {
            double expected = 0, wanted = 0;
            for (int id = 0; id < vocab; id++) {
                double x = 0;
                for (int k = 0; k < width; k++) x += static_cast<double>(hidden[static_cast<size_t>((row0 + r) * width + k)]) * static_cast<double>(weight[static_cast<size_t>(id * width + k)]);
                expected += std::exp(x);
                if (id == (row0 + r) * 7919LL % vocab) wanted = x;
            }
            check(seen[static_cast<size_t>(r)] == vocab, "each id of a row is met once");
            check(std::fabs(picked[static_cast<size_t>(r)] - std::log(sum[static_cast<size_t>(r)]) - (wanted - std::log(expected))) < 1e-6, "the log-prob of a row");
        }
    }
    std::printf("%d rows x %d x %d ids in %d splits: right\n", rows, width, vocab, splits);
}

}  // namespace

int main() {
    test(130, 32, 300, 2);
    test(37, 64, 128, 1);
    test(128, 32, 129, 2);
    return 0;
}
