/// How leniently JSON is read. A UTF-8 byte order mark is always skipped.
package struct JSONOptions: Sendable, Hashable {
  /// Reads `[1, 2,]`, which people write by hand.
  package var allowsTrailingCommas: Bool
  /// Arrays and objects inside each other beyond this are an error, not a stack overflow.
  package var maximumDepth: Int

  package init(allowsTrailingCommas: Bool = false, maximumDepth: Int = 128) {
    self.allowsTrailingCommas = allowsTrailingCommas
    self.maximumDepth = maximumDepth
  }
}
