import CLibzip

/// Tells glibc's allocator to keep large blocks, see `CLibzip`.
func keepLargeBlocks() {
  passmint_keep_large_blocks()
}
