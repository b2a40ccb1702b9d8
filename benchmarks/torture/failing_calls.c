/* System calls that fail on request: preloaded into the service, told by a shared page what to do.
 *
 * Only calls on files below FAILING_CALLS_ROOT fail, so that sockets, pipes and libraries are left in peace. The page
 * (FAILING_CALLS_PAGE, 16 bytes) holds: which calls (bits below), the error number, one in how many, and the number of
 * calls that were made to fail. Zero bits: all is well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SYNC = 1, RENAME = 2, LINK = 4, WRITE = 8 };

struct page {
    _Atomic uint32_t calls;
    _Atomic uint32_t error;
    _Atomic uint32_t one_in;
    _Atomic uint32_t failed;
};

static struct page *page;
static const char *root;
static size_t root_length;
static _Atomic uint32_t turn;

__attribute__((constructor)) static void open_page(void)
{
    const char *name = getenv("FAILING_CALLS_PAGE");
    int descriptor;

    root = getenv("FAILING_CALLS_ROOT");
    if (name == NULL || root == NULL)
        return;
    root_length = strlen(root);
    descriptor = open(name, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return;
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (page == MAP_FAILED)
        page = NULL;
    close(descriptor);
    atomic_store(&turn, (uint32_t)getpid() * 2654435761u);
}

static int below_root(const char *path)
{
    return strncmp(path, root, root_length) == 0;
}

static int descriptor_below_root(int descriptor)
{
    char link[32], path[PATH_MAX];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return below_root(path);
}

/* Draw from a sequence that all threads share; no state is needed but a counter. */
static int is_drawn(uint32_t call)
{
    uint32_t one_in, mixed;

    if (page == NULL || !(atomic_load(&page->calls) & call))
        return 0;
    one_in = atomic_load(&page->one_in);
    mixed = atomic_fetch_add(&turn, 0x9E3779B9u);
    mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6Bu;
    mixed ^= mixed >> 13;
    return one_in <= 1 || mixed % one_in == 0;
}

static int fail(void)
{
    atomic_fetch_add(&page->failed, 1);
    errno = (int)atomic_load(&page->error);
    return -1;
}

#define REAL_OF(result, name, declared) \
    static result (*real) declared; \
    if (real == NULL) \
        real = (result (*) declared)dlsym(RTLD_NEXT, #name)

#define ON_DESCRIPTOR(result, name, call, declared, passed) \
    result name declared \
    { \
        REAL_OF(result, name, declared); \
        if (is_drawn(call) && descriptor_below_root(descriptor)) \
            return fail(); \
        return real passed; \
    }

#define ON_PATH(result, name, call, declared, passed) \
    result name declared \
    { \
        REAL_OF(result, name, declared); \
        if (is_drawn(call) && below_root(target)) \
            return fail(); \
        return real passed; \
    }

ON_DESCRIPTOR(int, fsync, SYNC, (int descriptor), (descriptor))
ON_DESCRIPTOR(int, fdatasync, SYNC, (int descriptor), (descriptor))
ON_DESCRIPTOR(ssize_t, write, WRITE, (int descriptor, const void *bytes, size_t count), (descriptor, bytes, count))
ON_DESCRIPTOR(ssize_t, pwrite, WRITE, (int descriptor, const void *bytes, size_t count, off_t place),
              (descriptor, bytes, count, place))
ON_DESCRIPTOR(ssize_t, pwrite64, WRITE, (int descriptor, const void *bytes, size_t count, off64_t place),
              (descriptor, bytes, count, place))
ON_DESCRIPTOR(ssize_t, writev, WRITE, (int descriptor, const struct iovec *parts, int count),
              (descriptor, parts, count))
ON_DESCRIPTOR(int, ftruncate, WRITE, (int descriptor, off_t size), (descriptor, size))
ON_DESCRIPTOR(int, ftruncate64, WRITE, (int descriptor, off64_t size), (descriptor, size))
ON_PATH(int, rename, RENAME, (const char *source, const char *target), (source, target))
ON_PATH(int, renameat, RENAME, (int from, const char *source, int to, const char *target), (from, source, to, target))
ON_PATH(int, link, LINK, (const char *source, const char *target), (source, target))
ON_PATH(int, linkat, LINK, (int from, const char *source, int to, const char *target, int flags),
        (from, source, to, target, flags))
