/* Preloaded into a load: counts every system call that changes files under one folder, and lets the n-th fail,
 * or end the process, or be torn in the middle. Can write down what was changed, for the model of a power cut.
 *
 * A call is counted before it is made. Only calls on paths under the folder count; reads never do.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NONE, KILL, TORN, EIO_ONCE, ENOSPC_ONCE, EIO_ON, ENOSPC_ON };
enum { PASS, FAIL, TEAR };

static long *calls; /* shared with the process that forked this one */
static char folder[PATH_MAX];
static size_t folder_length;
static long at;
static int kind;
static int journal = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    calls = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* What Python calls, after the fork. */
void faults_arm(const char *path, long number, int what, int journal_handle) {
    snprintf(folder, sizeof folder, "%s/", path);
    folder_length = strlen(folder);
    at = number;
    kind = what;
    journal = journal_handle;
    *calls = 0;
}

long faults_calls(void) { return *calls; }

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }
#define REAL(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))real(#name)

static int inside(const char *path) {
    if (!folder_length || !path) return 0;
    return !strncmp(path, folder, folder_length) || !strncmp(path, folder, folder_length - 1);
}

static const char *path_of(int handle, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    buffer[length < 0 ? 0 : length] = 0;
    return buffer;
}

static const char *joined(int handle, const char *path, char *buffer) {
    if (path[0] == '/' || handle == AT_FDCWD) return path;
    path_of(handle, buffer);
    size_t length = strlen(buffer);
    snprintf(buffer + length, PATH_MAX - length, "/%s", path);
    return buffer;
}

/* C create, W write, T truncate, F flush, R rename, U unlink, M mkdir, D rmdir, H chmod. */
static int decide(char operation) {
    long number = __atomic_add_fetch(calls, 1, __ATOMIC_SEQ_CST);
    int on = kind == EIO_ON || kind == ENOSPC_ON;
    if (!kind || (on ? number < at : number != at)) return PASS;
    if (kind == TORN && operation == 'W') return TEAR;
    if (kind == KILL || kind == TORN) kill(getpid(), SIGKILL);
    if (kind == EIO_ONCE || kind == EIO_ON) {
        errno = EIO;
        return FAIL;
    }
    if (strchr("CWTFRM", operation)) { /* what needs room */
        errno = ENOSPC;
        return FAIL;
    }
    return PASS;
}

static void all_of(const void *data, size_t length) {
    const char *rest = data;
    while (length) {
        long done = syscall(SYS_write, journal, rest, length);
        if (done <= 0) _exit(97);
        rest += done;
        length -= done;
    }
}

static void note(char operation, int64_t number, const char *path, const void *data, size_t length) {
    if (journal < 0) return;
    struct { int64_t number; uint32_t path, data; char operation, unused[7]; } head;
    memset(&head, 0, sizeof head);
    head.number = number;
    head.path = strlen(path);
    head.data = length;
    head.operation = operation;
    all_of(&head, sizeof head);
    all_of(path, head.path);
    all_of(data, length);
}

#define COUNTED(operation, path, call, failed, written) \
    if (!inside(path)) return call; \
    pthread_mutex_lock(&turn); \
    int verdict = decide(operation); \
    __typeof__(call) result = failed; \
    if (verdict == PASS) { \
        result = call; \
        if (result >= 0) written; \
    } \
    int kept = errno; \
    pthread_mutex_unlock(&turn); \
    errno = kept; \
    return result

static int opened(const char *path, int flags, mode_t mode, int (*next)(int, const char *, int, ...), int dir) {
    char buffer[PATH_MAX];
    const char *whole = joined(dir, path, buffer);
    struct stat status;
    int exists = !stat(whole, &status);
    char operation = flags & O_CREAT && !exists ? 'C' : flags & O_TRUNC ? 'T' : 0;
    if (!operation) return next(dir, path, flags, mode);
    COUNTED(operation, whole, next(dir, path, flags, mode), -1, note(operation, 0, whole, "", 0));
}

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0; }

#define OPENER(name, parameters, dir) \
    int name parameters { \
        REAL(openat); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = mode_of(flags, more); \
        va_end(more); \
        return opened(path, flags, mode, next, dir); \
    }

OPENER(open, (const char *path, int flags, ...), AT_FDCWD)
OPENER(open64, (const char *path, int flags, ...), AT_FDCWD)
OPENER(openat, (int handle, const char *path, int flags, ...), handle)
OPENER(openat64, (int handle, const char *path, int flags, ...), handle)

static ssize_t put(int handle, const void *data, size_t length, off_t offset, int positioned) {
    REAL(pwrite);
    static ssize_t (*plain)(int, const void *, size_t);
    if (!plain) plain = real("write");
    char path[PATH_MAX];
    if (!folder_length || handle == journal || !inside(path_of(handle, path)))
        return positioned ? next(handle, data, length, offset) : plain(handle, data, length);
    pthread_mutex_lock(&turn);
    if (!positioned) offset = lseek(handle, 0, SEEK_CUR);
    int verdict = decide('W');
    if (verdict == TEAR) {
        next(handle, data, length / 2, offset);
        kill(getpid(), SIGKILL);
    }
    ssize_t done = -1;
    if (verdict == PASS) {
        done = positioned ? next(handle, data, length, offset) : plain(handle, data, length);
        if (done > 0) note('W', offset, path, data, done);
    }
    int kept = errno;
    pthread_mutex_unlock(&turn);
    errno = kept;
    return done;
}

ssize_t write(int handle, const void *data, size_t length) { return put(handle, data, length, 0, 0); }
ssize_t pwrite(int handle, const void *data, size_t length, off_t offset) {
    return put(handle, data, length, offset, 1);
}
ssize_t pwrite64(int handle, const void *data, size_t length, off_t offset) {
    return put(handle, data, length, offset, 1);
}

static int shortened(int handle, off_t length) {
    REAL(ftruncate);
    char buffer[PATH_MAX];
    const char *path = path_of(handle, buffer);
    COUNTED('T', path, next(handle, length), -1, note('T', length, path, "", 0));
}
int ftruncate(int handle, off_t length) { return shortened(handle, length); }
int ftruncate64(int handle, off_t length) { return shortened(handle, length); }

int fsync(int handle) {
    REAL(fsync);
    char buffer[PATH_MAX];
    const char *path = path_of(handle, buffer);
    COUNTED('F', path, next(handle), -1, note('F', 0, path, "", 0));
}
int fdatasync(int handle) { return fsync(handle); }

int rename(const char *old, const char *new) {
    REAL(rename);
    COUNTED('R', new, next(old, new), -1, note('R', 0, old, new, strlen(new)));
}
int unlink(const char *path) {
    REAL(unlink);
    COUNTED('U', path, next(path), -1, note('U', 0, path, "", 0));
}
int unlinkat(int handle, const char *path, int flags) {
    REAL(unlinkat);
    char buffer[PATH_MAX];
    const char *whole = joined(handle, path, buffer);
    char operation = flags & AT_REMOVEDIR ? 'D' : 'U';
    COUNTED(operation, whole, next(handle, path, flags), -1, note(operation, 0, whole, "", 0));
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    COUNTED('M', path, next(path, mode), -1, note('M', mode, path, "", 0));
}
int rmdir(const char *path) {
    REAL(rmdir);
    COUNTED('D', path, next(path), -1, note('D', 0, path, "", 0));
}
int chmod(const char *path, mode_t mode) {
    REAL(chmod);
    COUNTED('H', path, next(path, mode), -1, note('H', mode, path, "", 0));
}
int remove(const char *path) {
    struct stat status;
    return !lstat(path, &status) && S_ISDIR(status.st_mode) ? rmdir(path) : unlink(path);
}
