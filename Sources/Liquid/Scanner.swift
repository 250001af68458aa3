/// A piece of a template: text, `{{ … }}` or `{% … %}`. Offsets are bytes of the source.
enum Piece {
  case text(String)
  case output(expression: Range<Int>)
  case tag(name: String, at: Int, expression: Range<Int>)
}

/// Cuts a template into pieces; trims text beside `{{-`, `-}}`, `{%-` and `-%}`; takes away comments and unwraps `raw`.
struct Scanner {
  let bytes: [UInt8]
  private var position = 0
  private var trimsNextText = false
  private var pieces: [Piece] = []

  struct Failure: Error {
    let kind: LiquidError.Kind
    let byte: Int
  }

  static func pieces(of bytes: [UInt8]) throws(Failure) -> [Piece] {
    var scanner = Scanner(bytes: bytes)
    while scanner.position < bytes.count { try scanner.scanNext() }
    return scanner.pieces
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func scanNext() throws(Failure) {
    let start = position
    let opening = nextOpening(from: position, tagsOnly: false)
    addText(start..<(opening ?? bytes.count), isTrimmedAtEnd: opening.map { byte($0 + 2) == .minus } ?? false)
    guard let opening else {
      position = bytes.count
      return
    }
    if bytes[opening + 1] == .leftBrace {
      let inside = try inside(from: opening, closing: .rightBrace, otherwise: .unterminatedOutput)
      pieces.append(.output(expression: inside.range))
      trimsNextText = inside.trimsAfter
    } else {
      let tag = try tag(at: opening)
      trimsNextText = tag.trimsAfter
      switch tag.name {
      case "raw": try skipRaw(opening: tag, isKept: true)
      case "comment": try skipComment(opening: tag)
      case "#": try checkInlineComment(tag)
      default: pieces.append(.tag(name: tag.name, at: tag.start, expression: tag.expression))
      }
    }
  }

  private mutating func addText(_ range: Range<Int>, isTrimmedAtEnd: Bool) {
    guard !range.isEmpty else { return }
    var text = String(decoding: bytes[range], as: UTF8.self)
    if trimsNextText { text = text.withoutSpaceInFront() }
    if isTrimmedAtEnd { text = text.withoutSpaceAtEnd() }
    if !text.isEmpty { pieces.append(.text(text)) }
    trimsNextText = false
  }

  private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func nextOpening(from start: Int, tagsOnly: Bool) -> Int? {
    var index = start
    while index + 1 < bytes.count {
      if bytes[index] == .leftBrace {
        if bytes[index + 1] == .percent { return index }
        if bytes[index + 1] == .leftBrace, !tagsOnly { return index }
      }
      index += 1
    }
    return nil
  }

  /// The inside of `{{ … }}` or `{% … %}` without the marks, dashes and white space around it. Moves past the end.
  private mutating func inside(
    from opening: Int, closing: UInt8, otherwise failure: LiquidError.Kind
  ) throws(Failure) -> (range: Range<Int>, trimsAfter: Bool) {
    var start = opening + 2
    if byte(start) == .minus { start += 1 }
    var end = start
    while end + 1 < bytes.count, !(bytes[end] == closing && bytes[end + 1] == .rightBrace) { end += 1 }
    guard end + 1 < bytes.count else { throw Failure(kind: failure, byte: opening) }
    position = end + 2
    let trimsAfter = end > start && bytes[end - 1] == .minus
    if trimsAfter { end -= 1 }
    while start < end, bytes[start].isASCIISpace { start += 1 }
    while end > start, bytes[end - 1].isASCIISpace { end -= 1 }
    return (start..<end, trimsAfter)
  }

  private struct Tag {
    var name: String
    /// Where the name begins.
    var start: Int
    var expression: Range<Int>
    var trimsAfter: Bool
  }

  private mutating func tag(at opening: Int) throws(Failure) -> Tag {
    let inside = try inside(from: opening, closing: .percent, otherwise: .unterminatedTag)
    var end = inside.range.lowerBound
    if end < inside.range.upperBound, bytes[end] == .hash {
      end += 1
    } else {
      while end < inside.range.upperBound, bytes[end].isWordByte { end += 1 }
    }
    guard end > inside.range.lowerBound else { throw Failure(kind: .missingTagName, byte: opening) }
    var start = end
    while start < inside.range.upperBound, bytes[start].isASCIISpace { start += 1 }
    return Tag(
      name: String(decoding: bytes[inside.range.lowerBound..<end], as: UTF8.self), start: inside.range.lowerBound,
      expression: start..<inside.range.upperBound, trimsAfter: inside.trimsAfter)
  }

  /// The tag at an opening that may be anything; nil inside when it has no name, nil when it is never closed: then
  /// nothing behind it is closed either.
  private mutating func tagIfAny(at opening: Int) -> Tag?? {
    do throws(Failure) {
      return .some(try tag(at: opening))
    } catch {
      return error.kind == .missingTagName ? .some(nil) : nil
    }
  }

  /// Everything up to `{% endraw %}`, as it is.
  private mutating func skipRaw(opening: Tag, isKept: Bool) throws(Failure) {
    let start = position
    var search = start
    while let next = nextOpening(from: search, tagsOnly: true) {
      position = next
      // Inside raw only the end tag counts; anything else may be as broken as it likes.
      guard let tag = tagIfAny(at: next) else { break }
      if let end = tag, end.name == "endraw" {
        if isKept, next > start { pieces.append(.text(String(decoding: bytes[start..<next], as: UTF8.self))) }
        trimsNextText = end.trimsAfter
        return
      }
      search = next + 2
    }
    throw Failure(kind: .unterminatedBlock(tag: "raw"), byte: opening.start)
  }

  /// Everything up to the `{% endcomment %}` that belongs to the opening; comments may stand inside comments.
  private mutating func skipComment(opening: Tag) throws(Failure) {
    var depth = 1
    while let next = nextOpening(from: position, tagsOnly: true) {
      guard let tag = tagIfAny(at: next) else { break }
      guard let inner = tag else {
        position = next + 2
        continue
      }
      switch inner.name {
      case "comment": depth += 1
      case "endcomment": depth -= 1
      case "raw": try skipRaw(opening: inner, isKept: false)
      default: break
      }
      if depth == 0 {
        trimsNextText = inner.trimsAfter
        return
      }
    }
    throw Failure(kind: .unterminatedBlock(tag: "comment"), byte: opening.start)
  }

  /// `{% # … %}`: every further line must begin with `#`, so that a tag is not hidden by a forgotten one.
  private func checkInlineComment(_ tag: Tag) throws(Failure) {
    var isLineStart = false
    for index in tag.expression {
      if bytes[index] == .newline {
        isLineStart = true
      } else if isLineStart, !bytes[index].isASCIISpace {
        guard bytes[index] == .hash else {
          throw Failure(
            kind: .unexpected(found: "a line without it", expected: "# in front of every line of the comment"),
            byte: index)
        }
        isLineStart = false
      }
    }
  }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let leftBrace = UInt8(ascii: "{")
  static let rightBrace = UInt8(ascii: "}")
  static let percent = UInt8(ascii: "%")
  static let minus = UInt8(ascii: "-")
  static let hash = UInt8(ascii: "#")

  var isASCIISpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
  var isDigit: Bool { (0x30...0x39).contains(self) }
  /// A letter, a digit or `_`, in ASCII.
  var isWordByte: Bool { isDigit || (0x41...0x5A).contains(self & 0xDF) || self == 0x5F }
}
