// libzip made callable from Swift.
#ifndef PASSMINT_CLIBZIP_H
#define PASSMINT_CLIBZIP_H

#include <malloc.h>
#include <zip.h>

// glibc gives large blocks back to the kernel each time one is freed, and libzip frees several per archive: the page
// faults alone cost more than the signature. Swift's Glibc module has no <malloc.h>, hence this function.
static inline void passmint_keep_large_blocks(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 25);
  mallopt(M_TRIM_THRESHOLD, 1 << 28);
  mallopt(M_TOP_PAD, 1 << 22);
}

#endif
