#include "gather_pool.h"

#include <algorithm>
#include <system_error>
#include <thread>

namespace miwv {

gather_pool &gather_pool::instance() {
    static gather_pool *pool = new gather_pool;
    return *pool;
}

void gather_pool::shared_job::take_all() {
    for (;;) {
        const int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
        if (begin >= count) return;
        run(context, begin, std::min(count, begin + grain));
    }
}

void gather_pool::split(int64_t count, int64_t grain, int threads, work run, void *context) {
    const int64_t pieces = (count + grain - 1) / grain;
    const int helpers = static_cast<int>(std::min<int64_t>(threads, pieces)) - 1;
    std::unique_lock<std::mutex> sole(one_job_, std::defer_lock);
    if (helpers <= 0 || !sole.try_lock()) {
        if (count > 0) run(context, 0, count);
        return;
    }

    shared_job job{run, context, count, grain};
    {
        std::lock_guard<std::mutex> lock(mutex_);
        grow(helpers);
        job_ = &job;
        wanted_ = helpers;
    }
    for (int i = 0; i < helpers; i++) wake_.notify_one();

    job.take_all();

    std::unique_lock<std::mutex> lock(mutex_);
    job_ = nullptr;  // who wakes from here on goes back to sleep
    wanted_ = 0;
    left_.wait(lock, [this] { return active_ == 0; });
}

void gather_pool::grow(int helpers) {
    while (threads_ < helpers) {
        try {
            std::thread([this] { sleep_and_help(); }).detach();
        } catch (const std::system_error &) {
            return;  // fewer helpers, the same result
        }
        threads_++;
    }
}

void gather_pool::sleep_and_help() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return wanted_ > 0; });
        wanted_--;
        active_++;
        shared_job *job = job_;
        lock.unlock();
        job->take_all();
        lock.lock();
        if (--active_ == 0) left_.notify_one();
    }
}

}  // namespace miwv
