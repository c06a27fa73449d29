// What Swift cannot import from the C library: variadic calls, macros, raw system calls, and
// the thread-local that the fault seam needs.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The fields of statx(2) that fsync uses.
struct cfsync_stat {
  uint64_t inode;
  uint64_t size;
  uint64_t blocks;
  uint64_t device;
  uint64_t mount;
  int64_t mtime_seconds;
  int64_t ctime_seconds;
  int64_t birth_seconds;
  uint32_t mtime_nanoseconds;
  uint32_t ctime_nanoseconds;
  uint32_t birth_nanoseconds;
  uint32_t mode;
  uint32_t links;
  uint32_t has_birth;
};

int cfsync_open(const char *path, int flags, mode_t mode);
int cfsync_openat(int folder, const char *name, int flags, mode_t mode);
/// statx(2); with an empty name, of the descriptor itself. Never follows a last symlink.
int cfsync_statx(int folder, const char *name, struct cfsync_stat *result);
/// As cfsync_statx, and follows symlinks.
int cfsync_statx_follow(const char *path, struct cfsync_stat *result);
ssize_t cfsync_getdents(int folder, void *buffer, size_t length);
/// renameat2(2) with RENAME_NOREPLACE.
int cfsync_rename_noreplace(int from, const char *a, int to, const char *b);
/// renameat2(2) with RENAME_EXCHANGE.
int cfsync_rename_exchange(int from, const char *a, int to, const char *b);
ssize_t cfsync_readlinkat(int folder, const char *name, void *buffer, size_t length);
/// pipe2(2) with O_CLOEXEC.
int cfsync_pipe(int ends[2]);
int cfsync_syncfs(int descriptor);
/// sync_file_range(2): begins to write what is dirty, or waits for what has begun.
int cfsync_write_back(int descriptor, off_t offset, off_t length, int waits);
/// mallopt(3): so many arenas, and a mapping of its own for what is at least so large, in bytes.
/// Nothing where the C library has none.
void cfsync_bound_heap(int arenas, int mapped);
/// mallopt(3): a mapping of its own for what is at least so large, and so much kept of what is free at
/// a heap's end, in bytes.
///
/// Nothing where the C library has no such settings.
void cfsync_keep_heap(int mapped, int kept);
/// malloc_trim(3).
void cfsync_trim_heap(void);
int cfsync_terminal_width(int descriptor);
/// The file system's type, statfs(2) f_type.
int64_t cfsync_filesystem_type(int descriptor);
uint64_t cfsync_free_bytes(int descriptor);

/// The error of a plan that interrupts the process and lets the call pass.
#define CFSYNC_FAULT_INTERRUPT (-1)

/// A test's plan to make the countdown-th call of a kind fail with an error, or kill the process.
struct cfsync_fault_plan {
  int32_t call;       // a SystemCall's raw value, or -1 for any
  int32_t error;      // errno to inject, 0 to kill the process, CFSYNC_FAULT_INTERRUPT for SIGINT
  int64_t countdown;  // how many matching calls still pass
  int32_t repeat;     // not 0: go on failing once the countdown has run out
};
/// Installs a plan for the calling thread, or none; the caller keeps it alive.
void cfsync_set_thread_plan(struct cfsync_fault_plan *plan);
struct cfsync_fault_plan *cfsync_thread_plan(void);
/// Installs a plan for the whole process.
void cfsync_set_process_plan(struct cfsync_fault_plan *plan);
/// The error to inject into this call, 0 for none.
int cfsync_fault(int32_t call);

/// Notes SIGINT, SIGTERM and SIGHUP; a second one, or the first if told so, ends the process at
/// once with status 130.
void cfsync_catch_interrupts(int end_at_once);
/// The signal that was caught, 0 for none.
int cfsync_interrupted(void);
void cfsync_ignore_sigpipe(void);

/// Lets the main thread's stack grow to this many bytes, where it may not have so many yet.
void cfsync_deepen_stack(size_t length);
