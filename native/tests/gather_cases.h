// Cases for every implementation of the gather: shapes, types and extreme logits, each compared with fp64.
// One line per case, OK or NOT OK.
#pragma once
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "gather.h"
#include "gather_oracle.h"

namespace {

int failures = 0;

void report(bool ok, const std::string &name, const std::string &detail = "") {
    std::printf("%-6s %s%s%s\n", ok ? "OK" : "NOT OK", name.c_str(), detail.empty() ? "" : ": ", detail.c_str());
    failures += !ok;
}

std::mt19937 generator(20251107);

int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator); }

test_job random_job(int rows, int vocab, int64_t stride, float spread, float centre) {
    test_job t(rows, vocab, stride);
    std::normal_distribution<float> normal(centre, spread);
    for (float &x : t.logits) x = normal(generator);
    t.bounds = {0};
    const int segments = pick(1, 5);
    for (int s = 0; s < segments; s++) {
        for (int n = pick(0, 6); n > 0 && rows > 0; n--) t.add_pair(pick(0, rows - 1), pick(0, vocab - 1));
        t.bounds.push_back(static_cast<int32_t>(t.row.size()));
    }
    for (int n = pick(0, 3); n > 0; n--) t.listed.push_back(pick(0, vocab - 1));
    t.want = pick(0, 7);
    t.threads = pick(1, 4);
    return t;
}

void shapes(const std::string &isa, int cases) {
    std::string difference;
    int done = 0;
    for (; done < cases && difference.empty(); done++) {
        const int vocab = done < 70 ? 2 + done : pick(2, done % 10 == 0 ? 262144 : 5000);
        test_job t = random_job(pick(0, 9), vocab, vocab + pick(0, 40), 3.0f, static_cast<float>(pick(-20, 20)));
        difference = compare(t);
    }
    report(difference.empty(), isa + " random shapes", difference);

    for (int vocab : {2, 1023, 1024, 1025, 32000, 128256, 262144}) {
        test_job t = random_job(2, vocab, vocab, 4.0f, 0.0f);
        t.add_pair(0, vocab - 1);
        t.add_pair(1, 0);
        t.bounds.push_back(static_cast<int32_t>(t.row.size()));
        t.want = 7;
        difference = compare(t);
        report(difference.empty(), isa + " vocabulary " + std::to_string(vocab), difference);
    }
}

void magnitudes(const std::string &isa) {
    struct { const char *name; float centre, spread; } cases[] = {
        {"flat", 5.0f, 0.0f},          {"spread 30", 0.0f, 30.0f},       {"spread 1000", 0.0f, 1000.0f},
        {"around 16384", 16384, 3},    {"around -16390", -16390, 10},    {"around 1e6", 1e6f, 5},
        {"spread 1e5", 0.0f, 1e5f},    {"spread 1e30", 0.0f, 1e30f},     {"denormal", 0.0f, 1e-41f},
        {"spread 1e37", 0.0f, 1e37f},
    };
    for (const auto &c : cases) {
        std::string difference;
        for (int vocab : {3, 64, 1000, 1024, 5000, 70001}) {
            test_job t = random_job(3, vocab, vocab + 1, c.spread, c.centre);
            for (int r = 0; r < 3; r++) {
                const float *x = t.logits.data() + r * t.stride;
                int top = 0;
                for (int i = 1; i < vocab; i++) top = x[i] > x[top] ? i : top;
                t.add_pair(r, top);
            }
            t.bounds.back() = static_cast<int32_t>(t.row.size());
            t.want = 7;
            if (difference.empty()) difference = compare(t);
        }
        report(difference.empty(), isa + " logits " + c.name, difference);
    }
}

// Rows of one value but for a few: where a rising reference, a window's edge or a mask could go wrong.
void special_rows(const std::string &isa, int sweep) {
    struct { const char *name; float rest; std::vector<std::pair<int, float>> set; } cases[] = {
        {"all equal", 1.0f, {}},
        {"all -inf", -inf, {}},
        {"-inf but one", -inf, {{4000, 3.0f}}},
        {"-inf but -FLT_MAX", -inf, {{4000, -FLT_MAX}}},
        {"all -FLT_MAX", -FLT_MAX, {}},
        {"-FLT_MAX and FLT_MAX", -FLT_MAX, {{4000, FLT_MAX}}},
        {"rising", 0.0f, {{1024, 9.0f}, {2048, 11.0f}, {3072, 40.0f}, {4096, 200.0f}}},
        {"rising past 16384", 0.0f, {{1024, 16000.0f}, {2048, 17000.0f}, {3072, 17003.0f}}},
        {"falling", -200.0f, {{0, 0.0f}, {1, -69.0f}, {2, -71.0f}, {3, -77.0f}, {4, -78.0f}, {5, -90.0f}}},
        {"mask -1e4", 2.0f, {{5, -1e4f}, {6, -9.0852e4f}, {7, -1e9f}, {8, -1e30f}}},
        {"window edge", 0.0f, {{1500, 10.0f}, {1501, 10.39f}, {1502, 10.4f}, {1503, 10.74f}, {1504, 10.75f}, {1505, 11.1f}}},
        {"a NaN", 0.0f, {{3000, nan_value}}},
        {"a NaN first", 0.0f, {{0, nan_value}}},
        {"a NaN last", 0.0f, {{5002, nan_value}}},
        {"a NaN among -inf", -inf, {{2000, nan_value}}},
        {"a NaN below a higher block", 0.0f, {{10, nan_value}, {3000, 100.0f}}},
        {"a +inf", 0.0f, {{3000, inf}}},
        {"a +inf first", 0.0f, {{0, inf}}},
        {"a +inf last", 0.0f, {{5002, inf}}},
        {"target -inf", 0.0f, {{7, -inf}}},
    };
    for (const auto &c : cases) {
        test_job t(1, 5003, 5003);
        for (float &x : t.logits) x = c.rest;
        for (const auto &[at, value] : c.set) t.logits[static_cast<size_t>(at)] = value;
        for (const auto &[at, value] : c.set) t.add_pair(0, at);
        t.add_pair(0, 7);
        t.add_pair(0, 5002);
        t.want = 7;
        t.listed = {0, 5002, 3000};
        const std::string difference = compare(t);
        report(difference.empty(), isa + " row: " + c.name, difference);
    }

    // Every mask value that a wrapped exponent could turn into a weight: a fine sweep far below the reference.
    std::string difference;
    for (int i = 0; i < sweep && difference.empty(); i++) {
        test_job t(1, 64, 64);
        for (float &x : t.logits) x = 1.0f;
        const float low = -static_cast<float>(std::ldexp(1.0 + static_cast<double>(i) / sweep, 6 + i % 20));
        for (int k = 0; k < 32; k++) t.logits[static_cast<size_t>(k)] = low - static_cast<float>(k);
        t.add_pair(0, 63);
        difference = compare(t);
    }
    report(difference.empty(), isa + " masks swept", difference);
}

void half_types(const std::string &isa) {
    for (int dtype : {MIWV_F16, MIWV_BF16}) {
        std::string difference;
        for (int round = 0; round < 40 && difference.empty(); round++) {
            const int vocab = round < 20 ? 2 + round * 7 : pick(1000, 40000);
            test_job t = random_job(pick(1, 4), vocab, vocab + pick(0, 3), 1.0f, 0.0f);
            t.dtype = dtype;
            t.halves.resize(t.logits.size());
            for (size_t i = 0; i < t.logits.size(); i++) {
                const float wanted = t.logits[i] * (round % 3 == 0 ? 1e-5f : 4.0f);
                uint32_t bits;
                std::memcpy(&bits, &wanted, sizeof bits);
                if (dtype == MIWV_BF16) {
                    t.halves[i] = static_cast<uint16_t>(bits >> 16);
                } else {  // a random finite half of about that size, subnormals among them
                    const int exponent = std::max(0, std::min(30, static_cast<int>(bits >> 23 & 255) - 112));
                    t.halves[i] = static_cast<uint16_t>((bits >> 16 & 0x8000) | exponent << 10 | (bits >> 13 & 1023));
                }
                if (round % 5 == 1 && i % 97 == 3) t.halves[i] = dtype == MIWV_F16 ? 0xFC00 : 0xFF80;
                if (round % 7 == 2 && i == t.halves.size() / 2) t.halves[i] = dtype == MIWV_F16 ? 0x7C01 : 0x7F81;
                t.logits[i] = dtype == MIWV_F16 ? from_half(t.halves[i]) : from_bfloat(t.halves[i]);
            }
            difference = compare(t);
        }
        report(difference.empty(), isa + (dtype == MIWV_F16 ? " f16" : " bf16"), difference);
    }

    bool same = true;  // every half there is, through the listed logits
    test_job t(1, 65536, 65536);
    t.dtype = MIWV_F16;
    for (int i = 0; i < 65536; i++) {
        t.halves.push_back(static_cast<uint16_t>(i));
        t.listed.push_back(i);
    }
    t.want = MIWV_WANT_LISTED;
    t.run();
    for (int i = 0; i < 65536; i++) {
        const float a = t.listed_out[static_cast<size_t>(i)], b = from_half(static_cast<uint16_t>(i));
        same = same && (a == b || (std::isnan(a) && std::isnan(b)));
    }
    report(same, isa + " all halves widened");
}

}  // namespace
