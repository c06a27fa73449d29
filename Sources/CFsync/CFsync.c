#define _GNU_SOURCE
#include "CFsync.h"

#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int cfsync_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

int cfsync_openat(int folder, const char *name, int flags, mode_t mode) {
  return openat(folder, name, flags, mode);
}

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif

static int fill(int folder, const char *name, int flags, struct cfsync_stat *out) {
  struct statx s;
  if (statx(folder, name, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &s) != 0)
    return -1;
  out->inode = s.stx_ino;
  out->size = s.stx_size;
  out->blocks = s.stx_blocks;
  out->device = makedev(s.stx_dev_major, s.stx_dev_minor);
  out->mount = (s.stx_mask & STATX_MNT_ID) ? s.stx_mnt_id : 0;
  out->mtime_seconds = s.stx_mtime.tv_sec;
  out->mtime_nanoseconds = s.stx_mtime.tv_nsec;
  out->ctime_seconds = s.stx_ctime.tv_sec;
  out->ctime_nanoseconds = s.stx_ctime.tv_nsec;
  out->has_birth = (s.stx_mask & STATX_BTIME) != 0;
  out->birth_seconds = out->has_birth ? s.stx_btime.tv_sec : 0;
  out->birth_nanoseconds = out->has_birth ? s.stx_btime.tv_nsec : 0;
  out->mode = s.stx_mode;
  out->links = s.stx_nlink;
  return 0;
}

int cfsync_statx(int folder, const char *name, struct cfsync_stat *out) {
  int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  if (name[0] == 0) flags |= AT_EMPTY_PATH;
  return fill(folder, name, flags, out);
}

int cfsync_statx_follow(const char *path, struct cfsync_stat *out) {
  return fill(AT_FDCWD, path, 0, out);
}

ssize_t cfsync_getdents(int folder, void *buffer, size_t length) {
  return syscall(SYS_getdents64, folder, buffer, length);
}

int cfsync_rename_noreplace(int from, const char *a, int to, const char *b) {
  return (int)syscall(SYS_renameat2, from, a, to, b, 1 /* RENAME_NOREPLACE */);
}

int cfsync_rename_exchange(int from, const char *a, int to, const char *b) {
  return (int)syscall(SYS_renameat2, from, a, to, b, 2 /* RENAME_EXCHANGE */);
}

ssize_t cfsync_readlinkat(int folder, const char *name, void *buffer, size_t length) {
  return readlinkat(folder, name, buffer, length);
}

int cfsync_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int cfsync_syncfs(int descriptor) { return syncfs(descriptor); }

int cfsync_write_back(int descriptor, off_t offset, off_t length, int waits) {
  return sync_file_range(descriptor, offset, length,
                         waits ? SYNC_FILE_RANGE_WAIT_BEFORE : SYNC_FILE_RANGE_WRITE);
}

#ifdef __GLIBC__
void cfsync_bound_heap(int arenas, int mapped) {
  mallopt(M_ARENA_MAX, arenas);
  mallopt(M_MMAP_THRESHOLD, mapped);
}

void cfsync_keep_heap(int mapped, int kept) {
  mallopt(M_MMAP_THRESHOLD, mapped);
  mallopt(M_TRIM_THRESHOLD, kept);
}

void cfsync_trim_heap(void) { malloc_trim(0); }
#else
void cfsync_bound_heap(int arenas, int mapped) {
  (void)arenas;
  (void)mapped;
}

void cfsync_keep_heap(int mapped, int kept) {
  (void)mapped;
  (void)kept;
}

void cfsync_trim_heap(void) {}
#endif

int cfsync_terminal_width(int descriptor) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 0;
  return size.ws_col;
}

int64_t cfsync_filesystem_type(int descriptor) {
  struct statfs s;
  return fstatfs(descriptor, &s) == 0 ? (int64_t)s.f_type : 0;
}

uint64_t cfsync_free_bytes(int descriptor) {
  struct statvfs s;
  return fstatvfs(descriptor, &s) == 0 ? (uint64_t)s.f_bavail * s.f_frsize : 0;
}

static _Thread_local struct cfsync_fault_plan *thread_plan;
static struct cfsync_fault_plan *_Atomic process_plan;

void cfsync_set_thread_plan(struct cfsync_fault_plan *plan) { thread_plan = plan; }
struct cfsync_fault_plan *cfsync_thread_plan(void) { return thread_plan; }
void cfsync_set_process_plan(struct cfsync_fault_plan *plan) { atomic_store(&process_plan, plan); }

int cfsync_fault(int32_t call) {
  struct cfsync_fault_plan *plan = thread_plan;
  if (!plan) plan = atomic_load_explicit(&process_plan, memory_order_relaxed);
  if (!plan || (plan->call >= 0 && plan->call != call)) return 0;
  // Workers may share a plan: the countdown is one for all of them.
  int64_t left = __atomic_fetch_sub(&plan->countdown, 1, __ATOMIC_RELAXED);
  if (left > 0 || (left < 0 && !plan->repeat)) return 0;
  if (plan->error == 0) kill(getpid(), SIGKILL);
  if (plan->error == CFSYNC_FAULT_INTERRUPT) {
    kill(getpid(), SIGINT);
    return 0;
  }
  return plan->error;
}

static volatile sig_atomic_t caught;
static volatile sig_atomic_t at_once;

static void note(int signal) {
  if (caught || at_once) _exit(130);
  caught = signal;
}

void cfsync_catch_interrupts(int end_at_once) {
  at_once = end_at_once;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
}

int cfsync_interrupted(void) { return caught; }

void cfsync_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

void cfsync_deepen_stack(size_t length) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return;
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= length) return;
  limit.rlim_cur = limit.rlim_max != RLIM_INFINITY && limit.rlim_max < length
      ? limit.rlim_max : (rlim_t)length;
  setrlimit(RLIMIT_STACK, &limit);
}
