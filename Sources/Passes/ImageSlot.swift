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

  /// Whether `images:` of a template can choose a picture of this name.
  package static func isName(_ text: String) -> Bool { parts(ofFile: "\(text).png")?.name == text }

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

extension ImageSlot {
  /// What Wallet gives an image, in points; twice and three times as many pixels on the screens of phones.
  package struct Room: Sendable, Hashable {
    package let width: Int
    package let height: Int
    /// Whether Wallet covers the whole room with the image, cropping it; else it fits the image inside.
    package let isFilled: Bool
  }

  /// The room of the slot, where Apple published one.
  ///
  /// Sources: Human Interface Guidelines for iOS 27 and Pass Designer; for `strip` of event tickets and for
  /// `personalizationLogo` the older pages, since these are silent. They give `footer` 268 points and others 286: the
  /// smaller fits both.
  ///
  /// - Parameter style: decides how high a strip is.
  package func room(in style: WalletStyle?) -> Room? {
    switch self {
    case .icon: Room(width: 38, height: 38, isFilled: true)
    case .strip: Room(width: 375, height: style == .eventTicket ? 98 : 144, isFilled: true)
    case .thumbnail: Room(width: 90, height: 90, isFilled: true)
    case .background: Room(width: 343, height: 503, isFilled: true)
    case .artwork: Room(width: 358, height: 448, isFilled: true)
    case .logo: Room(width: 160, height: 50, isFilled: false)
    case .primaryLogo: Room(width: 126, height: 30, isFilled: false)
    case .secondaryLogo: Room(width: 135, height: 12, isFilled: false)
    case .footer: Room(width: 268, height: 15, isFilled: false)
    case .personalizationLogo: Room(width: 150, height: 40, isFilled: false)
    case .venueMap, .headerImage: nil
    }
  }

  /// The slot that a file's name speaks of: `Strip_2027@3x.png`, `primary-logo.png`; nil when it names none or several.
  package init?(guessedFrom fileName: String) {
    let stem = fileName.split(separator: ".", omittingEmptySubsequences: false).first?.lowercased() ?? ""
    let words = stem.split { !$0.isLetter }.map(String.init)
    let named = Self.allCases.filter { words.contains($0.rawValue.lowercased()) }
    let whole = Self.allCases.first { $0.rawValue.lowercased() == words.prefix(2).joined() }
    guard let slot = whole ?? (named.count == 1 ? named.first : nil) else { return nil }
    self = slot
  }
}
