extension String {
  func exchanging(_ pairs: [Character: Character]) -> String { String(map { pairs[$0] ?? $0 }) }

  /// `\n` and `\r\n` become something else.
  func replacingNewlines(with other: String) -> String {
    var output = ""
    var pendingReturn = false
    for scalar in unicodeScalars {
      if scalar == "\n" {
        output += other
        pendingReturn = false
        continue
      }
      if pendingReturn { output += "\r" }
      pendingReturn = scalar == "\r"
      if !pendingReturn { output.unicodeScalars.append(scalar) }
    }
    return pendingReturn ? output + "\r" : output
  }

  /// The five characters that mean something in HTML; entities that are already there may be kept.
  func escapedForHTML(keepingEntities: Bool) -> String {
    var output = ""
    var rest = unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "&" where keepingEntities && rest.beginsWithEntity: output += "&"
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "'": output += "&#x27;"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  /// Without tags, comments, scripts and styles.
  func withoutHTML() -> String {
    var output = ""
    var rest = self[...]
    while let open = rest.firstIndex(of: "<") {
      output += rest[..<open]
      rest = rest[open...]
      let inside = rest.dropFirst()
      // A sign for "less than" is no tag.
      guard let next = inside.first, next.isLetter || "/!?".contains(next) else {
        output += "<"
        rest = inside
        continue
      }
      guard let end = rest.endOfTag else {
        output += rest
        return output
      }
      rest = rest[end...]
    }
    return output + rest
  }

  /// As in forms: letters, digits and `_.-~` stay, a blank becomes `+`.
  func percentEncoded() -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var output: [UInt8] = []
    for byte in utf8 {
      if byte.isWordByte || ".-~".utf8.contains(byte) {
        output.append(byte)
      } else if byte == 0x20 {
        output.append(UInt8(ascii: "+"))
      } else {
        output += [.percent, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The way back. What is no escape stays as it is; bytes that are not UTF-8 become the replacement character.
  func percentDecoded() -> String {
    var output: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == .percent, rest.count >= 2, let high = rest[rest.startIndex].hexValue,
        let low = rest[rest.startIndex + 1].hexValue
      {
        output.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        output.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}

extension Substring {
  /// Behind the tag, comment, script or style that begins here; nil when it is not closed.
  fileprivate var endOfTag: Index? {
    if hasPrefix("<!--") { return dropFirst(4).end(of: "-->") }
    let name = dropFirst().prefix { $0.isLetter }.lowercased()
    if name == "script" || name == "style" { return end(of: "</\(name)>", "</\(name.uppercased())>") }
    return end(of: ">")
  }

  private func end(of closings: String...) -> Index? {
    let utf8 = base.utf8
    return closings.compactMap { closing -> Index? in
      guard let range = utf8.firstRange(ofBytesOf: closing, from: startIndex) else { return nil }
      return range.upperBound
    }.min()
  }
}

extension Substring.UnicodeScalarView {
  /// `name;`, `#12;` or `#x1F;`.
  fileprivate var beginsWithEntity: Bool {
    let name = prefix(12).prefix { $0 != ";" }
    guard let first = name.first, name.endIndex < endIndex, self[name.endIndex] == ";" else { return false }
    guard first == "#" else { return name.allSatisfy { $0.isASCII && $0.properties.isAlphabetic || ("0"..."9") ~= $0 } }
    let digits = name.dropFirst()
    let isHex = digits.first == "x" || digits.first == "X"
    let body = isHex ? digits.dropFirst() : digits
    return !body.isEmpty && body.allSatisfy { isHex ? $0.properties.isASCIIHexDigit : ("0"..."9") ~= $0 }
  }
}

extension UInt8 {
  fileprivate var hexValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }
}
