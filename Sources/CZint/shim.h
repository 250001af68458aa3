#include <zint.h>

/// One byte of `encoded_data`: eight modules of a row. Swift cannot import an array of 200 times 144 bytes.
static inline unsigned char zint_encoded_byte(const struct zint_symbol *symbol, int row, int byte) {
  return symbol->encoded_data[row][byte];
}
