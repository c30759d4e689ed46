// A block of threads on one CPU thread, for the tests of the CUDA kernels: each GPU thread is a fiber, and all of them go
// from one barrier or lane exchange to the next in turn. A thread that comes to another kind of meeting point than its
// neighbour, or to none, is a bug that a card would turn into a hang or garbage: the process is ended.
#pragma once
#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "gather_cuda_kernels.h"

namespace lockstep {

struct fiber {
    ucontext_t state;
    std::vector<char> stack = std::vector<char>(32768);
    int meeting = 0;  // kind of the last meeting point
    int round = 0;    // how many there were
    bool done = false;
};

struct block {
    ucontext_t scheduler;
    std::vector<fiber> fibers = std::vector<fiber>(miwv::block_threads);
    uint64_t slot[2][miwv::block_threads];  // what was put up for exchange, in turn: a fast thread must not overwrite
    void (*body)(const miwv::gather_args &, miwv::block_scratch &) = nullptr;
    const miwv::gather_args *args = nullptr;
    miwv::block_scratch shared;
    int running = 0, index = 0, count = 0;
};

inline thread_local block current;

inline void meet(int kind) {
    fiber &me = current.fibers[static_cast<size_t>(current.running)];
    me.meeting = kind;
    me.round++;
    swapcontext(&me.state, &current.scheduler);
}

inline void enter() {
    current.body(*current.args, current.shared);
    current.fibers[static_cast<size_t>(current.running)].done = true;
}

inline void run(void (*body)(const miwv::gather_args &, miwv::block_scratch &), const miwv::gather_args &args, int blocks) {
    current.body = body;
    current.args = &args;
    current.count = blocks;
    for (current.index = 0; current.index < blocks; current.index++) {
        std::memset(&current.shared, 0xFF, sizeof current.shared);
        for (fiber &f : current.fibers) {
            f.done = false;
            f.round = f.meeting = 0;
            getcontext(&f.state);
            f.state.uc_stack.ss_sp = f.stack.data();
            f.state.uc_stack.ss_size = f.stack.size();
            f.state.uc_link = &current.scheduler;
            makecontext(&f.state, enter, 0);
        }
        for (bool done = false; !done;) {
            for (current.running = 0; current.running < miwv::block_threads; current.running++)
                swapcontext(&current.scheduler, &current.fibers[static_cast<size_t>(current.running)].state);
            const fiber &first = current.fibers[0];
            for (const fiber &f : current.fibers)
                if (f.done != first.done || f.round != first.round || f.meeting != first.meeting) {
                    std::fprintf(stderr, "a block diverged: thread %d\n", static_cast<int>(&f - current.fibers.data()));
                    std::abort();
                }
            done = first.done;
        }
    }
}

struct machine {
    static int32_t thread() { return current.running; }
    static int32_t block() { return current.index; }
    static int32_t blocks() { return current.count; }
    static void barrier() { meet(1); }

    static miwv::vec16 load(const miwv::vec16 *p) {
        if (reinterpret_cast<uintptr_t>(p) % 16 != 0) {
            std::fprintf(stderr, "a load of 16 bytes at %p\n", static_cast<const void *>(p));
            std::abort();
        }
        miwv::vec16 v;
        std::memcpy(&v, p, sizeof v);
        return v;
    }

    // ex2.approx.f32: relative error up to 2^-22.
    static float exp2(float x) {
        const double y = std::exp2(static_cast<double>(x));
        uint32_t bits;
        std::memcpy(&bits, &x, sizeof bits);
        const double error = (static_cast<double>(bits * 2654435761u) / 4294967296.0 * 2 - 1) * 0x1p-22;
        return x == 0.0f ? 1.0f : static_cast<float>(y * (1.0 + error));
    }
    static float maximum(float a, float b) { return std::fmax(a, b); }
    static float as_float(uint32_t bits) { return as<float>(bits); }
    static double as_double(uint64_t bits) { return as<double>(bits); }
    static uint64_t bits(double x) { return as<uint64_t>(x); }
    static float widen_half(uint32_t h) {
        const int e = h >> 10 & 31, m = h & 1023;
        const double v = e == 31 ? (m ? NAN : INFINITY) : e == 0 ? std::ldexp(m, -24) : std::ldexp(m + 1024, e - 25);
        return static_cast<float>(h & 0x8000 ? -v : v);
    }

    template <class T>
    static T exchange(T x, int lane) {
        const int me = current.running, round = current.fibers[static_cast<size_t>(me)].round % 2;
        uint64_t put = 0;
        std::memcpy(&put, &x, sizeof x);
        current.slot[round][me] = put;
        meet(2);
        T got;
        std::memcpy(&got, &current.slot[round][me ^ lane], sizeof got);
        return got;
    }

private:
    template <class T, class F>
    static T as(F from) {
        static_assert(sizeof(T) == sizeof(F));
        T to;
        std::memcpy(&to, &from, sizeof to);
        return to;
    }
};

}  // namespace lockstep
