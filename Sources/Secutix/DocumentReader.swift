import JSON

/// The JSON documents of a text: one, the elements of a top-level array, one a line, or one behind the other.
///
/// Finds where a document ends by its brackets alone, over any number of chunks, so that no more than one is in memory.
struct DocumentReader {
  struct Document {
    var bytes: [UInt8]
    var line: Int
  }

  private(set) var stream: TextStream
  private let limit: Int
  private var buffer: [UInt8]
  private var position = 0
  private var line = 1
  private var isInArray = false
  private var needsComma = false

  init(text: [UInt8], stream: TextStream, limits: ExportLimits) {
    buffer = text
    self.stream = stream
    limit = limits.document
  }

  mutating func next() throws(ExportError) -> Document? {
    while true {
      guard try skipSpace() else {
        if isInArray { throw broken("the text ends inside the array") }
        return nil
      }
      switch buffer[position] {
      case UInt8(ascii: "[") where !isInArray:
        isInArray = true
        needsComma = false
        position += 1
      case UInt8(ascii: "]") where isInArray:
        isInArray = false
        position += 1
      case UInt8(ascii: ",") where isInArray && needsComma:
        needsComma = false
        position += 1
      case UInt8(ascii: "{") where !(isInArray && needsComma):
        needsComma = true
        return try document()
      default:
        let found = String(decoding: buffer[position...].prefix(32), as: UTF8.self).prefix(12)
        throw broken("expected an object, found “\(found)”")
      }
    }
  }

  private mutating func document() throws(ExportError) -> Document {
    let startLine = line
    var length = 0
    var depth = 0
    var isInString = false
    var isEscaped = false
    while true {
      let start = position + length
      let end = buffer.withUnsafeBufferPointer { bytes -> Int? in
        var index = start
        while index < bytes.count {
          let byte = bytes[index]
          index += 1
          if isInString {
            if isEscaped {
              isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
              isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
              isInString = false
            }
            continue
          }
          switch byte {
          case UInt8(ascii: "\""): isInString = true
          case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
          case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth == 0 { return index }
          default: break
          }
        }
        return nil
      }
      if let end {
        let bytes = Array(buffer[position..<end])
        line += buffer.withUnsafeBufferPointer { countLineEnds($0, position..<end) }
        position = end
        if bytes.count > limit { throw tooLarge(startLine) }
        return Document(bytes: bytes, line: startLine)
      }
      length = buffer.count - position
      if length > limit { throw tooLarge(startLine) }
      guard try refill() else {
        throw ExportError(
          file: stream.file, line: startLine,
          reason: .brokenJSON("the text ends inside the document that starts here"))
      }
    }
  }

  /// False at the end of the text.
  private mutating func skipSpace() throws(ExportError) -> Bool {
    while true {
      while position < buffer.count {
        switch buffer[position] {
        case 0x20, 0x09: break
        case 0x0A: line += 1
        case 0x0D:
          // The line is counted by the LF that may follow.
          if position + 1 == buffer.count { _ = try refill() }
          if position + 1 >= buffer.count || buffer[position + 1] != 0x0A { line += 1 }
        default: return true
        }
        position += 1
      }
      if try !refill() { return false }
    }
  }

  private mutating func refill() throws(ExportError) -> Bool {
    if position > 0 {
      buffer.removeSubrange(..<position)
      position = 0
    }
    while !stream.isAtEnd {
      let before = buffer.count
      try stream.fill(&buffer)
      if buffer.count > before { return true }
    }
    return false
  }

  private func broken(_ message: String) -> ExportError {
    ExportError(file: stream.file, line: line, reason: .brokenJSON(message))
  }

  private func tooLarge(_ line: Int) -> ExportError {
    ExportError(file: stream.file, line: line, reason: .documentTooLarge(limit: limit))
  }
}
