// Prints the digest of each part of the kernels.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t kernel_digest(int32_t part);

// Embedded Swift seeds its hash tables with this; the kernels have none.
void arc4random_buf(void *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) ((unsigned char *)bytes)[i] = 0;
}

int main(void) {
    for (int32_t part = 0; part < 5; part++) printf("%d %016llx\n", part, (unsigned long long)kernel_digest(part));
    return 0;
}
