/// How much a template may use, so that a hostile or mistaken one ends with an error instead of the process.
package struct LiquidLimits: Sendable, Hashable {
  /// Blocks inside blocks, and brackets or ranges inside each other. At most 100, whatever is given: each level takes
  /// a piece of the stack.
  package var depth: Int
  /// Turns of all loops together in one rendering; also the largest array that a filter may build.
  package var loopIterations: Int
  /// Bytes (UTF-8) of the output, of a captured text and of every string that a filter makes. Everything that filters
  /// and comparisons read and write in one rendering may come to 64 times that.
  package var outputBytes: Int

  var workBytes: Int { outputBytes.multipliedReportingOverflow(by: 64).overflow ? .max : outputBytes * 64 }

  package init(depth: Int = 64, loopIterations: Int = 10_000, outputBytes: Int = 1 << 20) {
    self.depth = min(max(depth, 1), 100)
    self.loopIterations = max(loopIterations, 0)
    self.outputBytes = max(outputBytes, 0)
  }
}
