/// The images that Wallet looks for, by the names of their files.
package enum ImageSlot: String, Sendable, Hashable, CaseIterable {
  case icon, logo, primaryLogo, secondaryLogo, strip, thumbnail, background, artwork, footer
  case venueMap, headerImage, personalizationLogo
}

/// One picture for a slot, in the scales it was drawn in.
package struct Picture: Sendable, Hashable {
  /// `strip-used`
  package let name: String
  /// By what follows the name: `.png`, `@2x.png`, `@3x.png`, or a PDF's.
  package var files: [String: [UInt8]]

  package init(name: String, files: [String: [UInt8]]) {
    self.name = name
    self.files = files
  }

  /// `strip-used@2x.png` taken apart; nil when it is no image, or its name is more than letters, digits, `-`, `_`, `.`.
  static func parts(ofFile file: Substring) -> (name: String, ending: String)? {
    guard let dot = file.lastIndex(of: "."), [".png", ".pdf"].contains(file[dot...]) else { return nil }
    var name = file[..<dot]
    var scale = ""
    for suffix in ["@2x", "@3x"] where name.hasSuffix(suffix) {
      name = name.dropLast(suffix.count)
      scale = suffix
    }
    guard let first = name.first, first != ".", !name.contains(".."),
      name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) })
    else { return nil }
    return (String(name), scale + file[dot...])
  }
}

extension PassFiles {
  /// Puts a picture in place of what a slot holds: no scale and no language of the old one stays, so that no pass
  /// mixes two.
  ///
  /// - Returns: the names of the files that the picture has now, by what follows its own name.
  @discardableResult
  package mutating func put(_ picture: Picture, in slot: ImageSlot) -> [String: String] {
    for path in contents.keys {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 1 || parts.count == 2 && parts[0].hasSuffix(".lproj"), let file = parts.last,
        Picture.parts(ofFile: file)?.name == slot.rawValue
      else { continue }
      contents[path] = nil
    }
    var names: [String: String] = [:]
    for (ending, bytes) in picture.files {
      names[ending] = slot.rawValue + ending
      contents[slot.rawValue + ending] = bytes
    }
    return names
  }
}
