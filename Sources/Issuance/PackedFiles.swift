package import Passes

/// A pass's own files as one run of bytes, the way stores keep them: for each file the length of its path, the path,
/// the length of its bytes, the bytes; lengths in four bytes, the highest first.
package enum PackedFiles {
  package static func pack(_ files: [PassAssets.File]) -> [UInt8] {
    var packed: [UInt8] = []
    packed.reserveCapacity(files.reduce(0) { $0 + $1.path.utf8.count + $1.bytes.count + 8 })
    for file in files {
      append(file.path.utf8, to: &packed)
      append(file.bytes, to: &packed)
    }
    return packed
  }

  /// Nil when these are not bytes that `pack` wrote.
  package static func unpack(_ packed: [UInt8]) -> [PassAssets.File]? {
    var rest = packed[...]
    var files: [PassAssets.File] = []
    while !rest.isEmpty {
      guard let path = takePart(&rest), let bytes = takePart(&rest) else { return nil }
      files.append(PassAssets.File(path: String(decoding: path, as: UTF8.self), bytes: Array(bytes)))
    }
    return files
  }

  private static func append(_ bytes: some Collection<UInt8>, to packed: inout [UInt8]) {
    let count = UInt32(bytes.count)
    for shift in [24, 16, 8, 0] { packed.append(UInt8(truncatingIfNeeded: count >> UInt32(shift))) }
    packed.append(contentsOf: bytes)
  }

  private static func takePart(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.count >= 4 else { return nil }
    let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(4)
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
