// Test-only: preloaded into miwv (LD_PRELOAD), it counts every call on the files of a run and kills the process at one, lets one fail,
// records them all or turns the clock back. The program itself knows nothing of it. Linux; straight system calls, so that nothing recurses.
//   MIWV_IO_PATH=PREFIX      calls on paths that begin so are counted, from 1
//   MIWV_IO_LOG=FILE         a line for each: number, what, file name, offset, bytes
//   MIWV_IO_RECORD=FILE      what changes files, with the data (struct Entry), to play power failures from
//   MIWV_IO_KILL=N[+]        kill -9 before call N; with + after it
//   MIWV_IO_FAIL=N:ERRNO[+]  call N fails; with + and every later one
//   MIWV_IO_SHORT=N          call N, a write, takes half of its bytes
//   MIWV_IO_CLOCK=N:SECONDS  from call N on the wall clock is so much later (or earlier)
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

constexpr int kFiles = 4096;
enum class Op : uint32_t { create = 1, write, truncate, sync, rename, unlink, folder };
struct Entry { uint32_t op, path_bytes; int64_t offset, bytes; };  // then the path, then the data (rename: the new path)

struct Plan {
  std::string prefix, log, record;
  long kill = 0, fail = 0, cut = 0, clock = 0;
  bool kill_after = false, fail_on = false;
  int error = 0;
  int64_t shift = 0;
};

const char* value(const char* name) {
  const char* text = getenv(name);
  return text && *text ? text : nullptr;
}

Plan read_plan() {
  Plan plan;
  if (const char* text = value("MIWV_IO_PATH")) plan.prefix = text;
  if (const char* text = value("MIWV_IO_LOG")) plan.log = text;
  if (const char* text = value("MIWV_IO_RECORD")) plan.record = text;
  if (const char* text = value("MIWV_IO_KILL")) {
    plan.kill = strtol(text, nullptr, 10);
    plan.kill_after = strchr(text, '+') != nullptr;
  }
  if (const char* text = value("MIWV_IO_FAIL")) {
    char* rest = nullptr;
    plan.fail = strtol(text, &rest, 10);
    plan.error = *rest == ':' ? static_cast<int>(strtol(rest + 1, nullptr, 10)) : EIO;
    plan.fail_on = strchr(text, '+') != nullptr;
  }
  if (const char* text = value("MIWV_IO_SHORT")) plan.cut = strtol(text, nullptr, 10);
  if (const char* text = value("MIWV_IO_CLOCK")) {
    char* rest = nullptr;
    plan.clock = strtol(text, &rest, 10);
    plan.shift = *rest == ':' ? strtoll(rest + 1, nullptr, 10) : 0;
  }
  return plan;
}

// never destroyed: calls come until the very end of the process
Plan& plan() {
  static Plan* one = new Plan(read_plan());
  return *one;
}

std::mutex& gate() {
  static std::mutex* one = new std::mutex;
  return *one;
}

std::string* paths[kFiles];  // of open files that are watched
std::atomic<long> calls{0};

bool watched(const char* path) {
  return path && !plan().prefix.empty() && strncmp(path, plan().prefix.c_str(), plan().prefix.size()) == 0;
}

const std::string* path_of(int fd) { return fd >= 0 && fd < kFiles ? paths[fd] : nullptr; }

void remember(int fd, const char* path) {
  if (fd < 0 || fd >= kFiles) return;
  delete paths[fd];
  paths[fd] = path ? new std::string(path) : nullptr;
}

void append(const std::string& file, const void* data, size_t bytes) {
  long fd = syscall(SYS_openat, AT_FDCWD, file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  syscall(SYS_write, fd, data, bytes);
  syscall(SYS_close, fd);
}

void end() { syscall(SYS_kill, getpid(), SIGKILL); }

// One watched call: true = it must fail with errno set.
struct Call {
  long number = 0;
  bool fails = false;

  Call(const char* what, const std::string& path, int64_t offset, int64_t bytes) {
    std::lock_guard<std::mutex> lock(gate());
    number = ++calls;
    if (!plan().log.empty()) {
      char line[512];
      size_t slash = path.rfind('/');
      int length = snprintf(line, sizeof line, "%ld\t%s\t%.200s\t%lld\t%lld\n", number, what,
                            path.c_str() + (slash == std::string::npos ? 0 : slash + 1), static_cast<long long>(offset), static_cast<long long>(bytes));
      append(plan().log, line, static_cast<size_t>(length));
    }
    if (plan().kill == number && !plan().kill_after) end();
    fails = plan().fail != 0 && (plan().fail_on ? number >= plan().fail : number == plan().fail);
    if (fails) errno = plan().error;
  }

  bool cut() const { return plan().cut == number; }

  void done() const {
    if (plan().kill == number && plan().kill_after) end();
  }
};

void record(Op op, const std::string& path, int64_t offset, const void* data, int64_t bytes) {
  if (plan().record.empty()) return;
  Entry entry{static_cast<uint32_t>(op), static_cast<uint32_t>(path.size()), offset, bytes};
  std::string all(reinterpret_cast<const char*>(&entry), sizeof entry);
  all += path;
  if (data) all.append(static_cast<const char*>(data), static_cast<size_t>(bytes));
  std::lock_guard<std::mutex> lock(gate());
  append(plan().record, all.data(), all.size());
}

int open_file(const char* path, int flags, mode_t mode) {
  if (!watched(path)) return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  bool makes = (flags & (O_CREAT | O_TRUNC)) != 0;
  Call call(makes ? "create" : "open", path, 0, 0);
  if (call.fails) return -1;
  int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (fd >= 0) {
    remember(fd, path);
    if (makes) record(Op::create, path, (flags & O_TRUNC) != 0, nullptr, 0);
  }
  call.done();
  return fd;
}

ssize_t write_at(int fd, const void* data, size_t bytes, off_t offset, bool seeks) {
  const std::string* path = path_of(fd);
  if (!path) return seeks ? syscall(SYS_write, fd, data, bytes) : syscall(SYS_pwrite64, fd, data, bytes, offset);
  off_t at = seeks ? lseek(fd, 0, SEEK_CUR) : offset;
  Call call("write", *path, at, static_cast<int64_t>(bytes));
  if (call.fails) return -1;
  if (call.cut() && bytes > 1) bytes /= 2;
  ssize_t done = seeks ? syscall(SYS_write, fd, data, bytes) : syscall(SYS_pwrite64, fd, data, bytes, offset);
  if (done > 0) record(Op::write, *path, at, data, done);
  call.done();
  return done;
}

ssize_t read_at(int fd, void* data, size_t bytes, off_t offset, bool seeks) {
  if (const std::string* path = path_of(fd)) {
    Call call("read", *path, seeks ? -1 : offset, static_cast<int64_t>(bytes));
    if (call.fails) return -1;
    call.done();
  }
  return seeks ? syscall(SYS_read, fd, data, bytes) : syscall(SYS_pread64, fd, data, bytes, offset);
}

int sync_file(int fd, long number) {
  const std::string* path = path_of(fd);
  if (!path) return static_cast<int>(syscall(number, fd));
  Call call("flush", *path, 0, 0);
  if (call.fails) return -1;
  int result = static_cast<int>(syscall(number, fd));
  if (result == 0) record(Op::sync, *path, 0, nullptr, 0);
  call.done();
  return result;
}

int truncate_file(int fd, off_t length) {
  const std::string* path = path_of(fd);
  if (!path) return static_cast<int>(syscall(SYS_ftruncate, fd, length));
  Call call("truncate", *path, length, 0);
  if (call.fails) return -1;
  int result = static_cast<int>(syscall(SYS_ftruncate, fd, length));
  if (result == 0) record(Op::truncate, *path, length, nullptr, 0);
  call.done();
  return result;
}

void* map_file(void* address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (const std::string* path = path_of(fd)) {
    Call call("map", *path, offset, static_cast<int64_t>(length));
    if (call.fails) return MAP_FAILED;
    call.done();
  }
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, length, protection, flags, fd, offset));
}

mode_t mode_of(int flags, va_list arguments) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0; }

}  // namespace

EXPORTED int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_file(path, flags, mode);
}

EXPORTED int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_file(path, flags, mode);
}

EXPORTED int close(int fd) {
  remember(fd, nullptr);
  return static_cast<int>(syscall(SYS_close, fd));
}

EXPORTED ssize_t write(int fd, const void* data, size_t bytes) { return write_at(fd, data, bytes, 0, true); }
EXPORTED ssize_t pwrite(int fd, const void* data, size_t bytes, off_t offset) { return write_at(fd, data, bytes, offset, false); }
EXPORTED ssize_t pwrite64(int fd, const void* data, size_t bytes, off64_t offset) { return write_at(fd, data, bytes, offset, false); }
EXPORTED ssize_t read(int fd, void* data, size_t bytes) { return read_at(fd, data, bytes, 0, true); }
EXPORTED ssize_t pread(int fd, void* data, size_t bytes, off_t offset) { return read_at(fd, data, bytes, offset, false); }
EXPORTED ssize_t pread64(int fd, void* data, size_t bytes, off64_t offset) { return read_at(fd, data, bytes, offset, false); }
EXPORTED int fsync(int fd) { return sync_file(fd, SYS_fsync); }
EXPORTED int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }
EXPORTED int ftruncate(int fd, off_t length) __THROW { return truncate_file(fd, length); }
EXPORTED int ftruncate64(int fd, off64_t length) __THROW { return truncate_file(fd, length); }

EXPORTED void* mmap(void* address, size_t length, int protection, int flags, int fd, off_t offset) __THROW {
  return map_file(address, length, protection, flags, fd, offset);
}

EXPORTED void* mmap64(void* address, size_t length, int protection, int flags, int fd, off64_t offset) __THROW {
  return map_file(address, length, protection, flags, fd, offset);
}

EXPORTED int rename(const char* from, const char* to) __THROW {
  if (!watched(to)) return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
  Call call("rename", to, 0, 0);
  if (call.fails) return -1;
  int result = static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
  if (result == 0) record(Op::rename, from, 0, to, static_cast<int64_t>(strlen(to)));
  call.done();
  return result;
}

EXPORTED int unlink(const char* path) __THROW {
  if (!watched(path)) return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
  Call call("delete", path, 0, 0);
  if (call.fails) return -1;
  int result = static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
  if (result == 0) record(Op::unlink, path, 0, nullptr, 0);
  call.done();
  return result;
}

EXPORTED int mkdir(const char* path, mode_t mode) __THROW {
  if (!watched(path)) return static_cast<int>(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
  Call call("mkdir", path, 0, 0);
  if (call.fails) return -1;
  int result = static_cast<int>(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
  if (result == 0) record(Op::folder, path, 0, nullptr, 0);
  call.done();
  return result;
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec* time) __THROW {
  int result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (clock == CLOCK_REALTIME && plan().clock != 0 && calls.load() >= plan().clock) time->tv_sec += plan().shift;
  return result;
}
