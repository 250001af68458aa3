extension JSONValue {
  /// The value as UTF-8: compact, or `pretty` with two spaces a level; members in their order, or sorted by name.
  package func serialized(sortedKeys: Bool = false, pretty: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    serialize(into: &bytes, sortedKeys: sortedKeys, pretty: pretty)
    return bytes
  }

  /// Appends what `serialized` returns.
  package func serialize(into bytes: inout [UInt8], sortedKeys: Bool = false, pretty: Bool = false) {
    var writer = JSONWriter(bytes: bytes, sortedKeys: sortedKeys, pretty: pretty)
    bytes = []
    writer.write(self)
    bytes = writer.bytes
  }
}

private struct JSONWriter {
  var bytes: [UInt8]
  let sortedKeys: Bool
  let pretty: Bool
  var depth = 0

  init(bytes: [UInt8], sortedKeys: Bool, pretty: Bool) {
    self.bytes = bytes
    self.sortedKeys = sortedKeys
    self.pretty = pretty
  }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .number(let number): bytes.append(contentsOf: number.literal.utf8)
    case .string(let text): bytes.appendJSONString(text)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      depth += 1
      for index in elements.indices {
        separate(isFirst: index == 0)
        write(elements[index])
      }
      close(UInt8(ascii: "]"), isEmpty: elements.isEmpty)
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      depth += 1
      let members = sortedKeys ? object.members.sorted { $0.name < $1.name } : object.members
      for index in members.indices {
        separate(isFirst: index == 0)
        bytes.appendJSONString(members[index].name)
        bytes.append(UInt8(ascii: ":"))
        if pretty { bytes.append(0x20) }
        write(members[index].value)
      }
      close(UInt8(ascii: "}"), isEmpty: members.isEmpty)
    }
  }

  private mutating func separate(isFirst: Bool) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    newLine()
  }

  private mutating func close(_ bracket: UInt8, isEmpty: Bool) {
    depth -= 1
    if !isEmpty { newLine() }
    bytes.append(bracket)
  }

  private mutating func newLine() {
    guard pretty else { return }
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: depth * 2))
  }
}

/// Appends a JSON string, quoted; see the method of the same name.
package func appendJSONString(_ text: String, to bytes: inout [UInt8]) {
  bytes.appendJSONString(text)
}

extension [UInt8] {
  /// Appends a JSON string, quoted: escapes only what must be, and U+2028 and U+2029, which end a line in JavaScript.
  package mutating func appendJSONString(_ text: String) {
    append(UInt8(ascii: "\""))
    let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { appendEscaped($0) }
    if isDone == nil {
      var copy = text
      copy.withUTF8 { appendEscaped($0) }
    }
    append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    var run = 0
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0xE2 {
        index += 1
        continue
      }
      if byte == 0xE2 {
        guard text.count - index >= 3, text[index + 1] == 0x80, text[index + 2] | 1 == 0xA9 else {
          index += 1
          continue
        }
      }
      append(contentsOf: UnsafeBufferPointer(rebasing: text[run..<index]))
      append(UInt8(ascii: "\\"))
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
      case 0x08: append(UInt8(ascii: "b"))
      case 0x09: append(UInt8(ascii: "t"))
      case 0x0A: append(UInt8(ascii: "n"))
      case 0x0C: append(UInt8(ascii: "f"))
      case 0x0D: append(UInt8(ascii: "r"))
      case 0xE2:
        append(contentsOf: (text[index + 2] == 0xA8 ? "u2028" : "u2029").utf8)
        index += 2
      default: append(contentsOf: "u\(paddedHex(UInt16(byte)))".utf8)
      }
      index += 1
      run = index
    }
    append(contentsOf: UnsafeBufferPointer(rebasing: text[run...]))
  }
}
