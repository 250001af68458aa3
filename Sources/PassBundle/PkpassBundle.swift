/// The archive of several passes, `application/vnd.apple.pkpasses`.
package enum PkpassBundle {
  /// Puts finished passes into one archive, stored as they are.
  ///
  /// - Throws: `SealingError.archive` for want of memory.
  package static func archive(_ passes: [(name: String, bytes: [UInt8])]) throws(SealingError) -> [UInt8] {
    let writer = ArchiveWriter()
    try writer.write(prepared: [], stored: passes.map { (Array($0.name.utf8CString), $0.bytes) })
    return [UInt8](writer.archive)
  }
}
