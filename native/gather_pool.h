// Threads that sleep until a gather needs them. They are made on demand, never spin and never keep a caller waiting
// that they have not begun to help: the decoder's threads want the same cores.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace miwv {

class gather_pool {
public:
    using work = void (*)(void *context, int64_t begin, int64_t end);

    // The process's pool. Never destroyed: its threads may outlive static destructors.
    static gather_pool &instance();

    // Calls run(context, begin, end) over disjoint ranges of at most `grain` that cover 0..count, the caller's thread
    // included, and returns when all are done. While another caller has the pool, the caller works alone.
    void split(int64_t count, int64_t grain, int threads, work run, void *context);

private:
    struct shared_job {
        work run;
        void *context;
        int64_t count, grain;
        std::atomic<int64_t> next{0};
        void take_all();
    };

    void grow(int helpers);
    void sleep_and_help();

    std::mutex one_job_;
    std::mutex mutex_;
    std::condition_variable wake_, left_;
    shared_job *job_ = nullptr;
    int wanted_ = 0;   // helpers that may still join
    int active_ = 0;   // helpers that joined and have not left
    int threads_ = 0;
};

}  // namespace miwv
