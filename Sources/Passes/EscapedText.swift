/// Finds places inside a text that its file writes with escapes.
///
/// A mistake in a template's Liquid is known by its place in the text itself. `pass.json` may write a line break of that
/// text as `\n`, so the place in the file is another one.
struct EscapedText {
  private let lines: [[Character]]

  /// - Parameter source: a file in which `\` begins an escape and `\u` or `\U` stands before four digits.
  init(_ source: [UInt8]) {
    // As for strings files, since `pass.json` is UTF-8 in any case.
    let scalars = (try? DecodedText(source))?.scalars ?? []
    let text = String(String.UnicodeScalarView(scalars))
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.map { Array($0) }
  }

  /// Where a place of the text stands in the file.
  ///
  /// - Parameters:
  ///   - start: line and column of the text's first character in the file, from 1.
  ///   - line: of the text itself, from 1.
  ///   - column: of the text itself, from 1.
  func position(from start: (line: Int, column: Int), line: Int, column: Int) -> (line: Int, column: Int) {
    var row = start.line - 1
    var index = start.column - 1
    var reached = (line: 1, column: 1)
    var isAfterReturn = false
    while reached.line < line || (reached.line == line && reached.column < column), lines.indices.contains(row) {
      guard lines[row].indices.contains(index) else {
        // A strings file may break the line inside a text.
        row += 1
        index = 0
        reached = (reached.line + 1, 1)
        continue
      }
      let (length, breaksLine) = unit(at: index, in: lines[row])
      let isSecondHalf = isAfterReturn && breaksLine == "\n"
      isAfterReturn = breaksLine == "\r"
      index += length
      if isSecondHalf { continue }
      reached = breaksLine == nil ? (reached.line, reached.column + 1) : (reached.line + 1, 1)
    }
    return (row + 1, index + 1)
  }

  /// How many characters of the file the next one of the text takes, and the line break it stands for.
  private func unit(at index: Int, in line: [Character]) -> (length: Int, breaksLine: Character?) {
    guard line[index] == "\\", index + 1 < line.count else { return (1, nil) }
    switch line[index + 1] {
    case "n": return (2, "\n")
    case "r": return (2, "\r")
    case "u", "U":
      let digits = String(line[(index + 2)...].prefix(4))
      switch UInt16(digits, radix: 16) {
      case 0x0A: return (6, "\n")
      case 0x0D: return (6, "\r")
      // The first half of a character beyond the basic plane; the second half is written the same way.
      case .some(0xD800...0xDBFF): return (12, nil)
      default: return (2 + digits.count, nil)
      }
    default: return (2, nil)
    }
  }
}
