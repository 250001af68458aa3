import JSON

/// `fr.lproj/logo@2x.png` taken apart.
package struct PassImageName: Hashable, Sendable {
  /// "" or `fr.lproj/`.
  package let folder: String
  /// `logo`
  package let base: String
  /// 1, 2 or 3.
  package let scale: Int

  package init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let file = parts.last, parts.count <= 2, file.hasSuffix(".png") else { return nil }
    guard parts.count == 1 || parts[0].hasSuffix(".lproj") else { return nil }
    folder = parts.count == 2 ? parts[0] + "/" : ""
    var name = file.dropLast(4)
    var scale = 1
    if name.hasSuffix("@2x") || name.hasSuffix("@3x") {
      scale = name.hasSuffix("@2x") ? 2 : 3
      name = name.dropLast(3)
    }
    self.scale = scale
    base = String(name)
  }

  func path(scale: Int) -> String { folder + base + (scale == 1 ? "" : "@\(scale)x") + ".png" }
}

/// How large an image may be, in points. Sources: Human Interface Guidelines (both vintages), the old programming guide,
/// the constants of Apple's Pass Builder. They disagree here and there, so all of their sizes are good.
private enum ImageRoom {
  /// Scaled down to fit when larger.
  case within(width: Int, height: Int)
  /// Fills an area of one of these sizes: what is too small is blown up, what has another shape is cropped.
  case fills([(width: Int, height: Int)])
  case unknown

  /// What is narrower or wider than this is cropped.
  static func shape(of image: String) -> ClosedRange<Double>? { image == "thumbnail" ? 2.0 / 3...3.0 / 2 : nil }

  init(_ image: String, style: WalletStyle?) {
    switch image {
    case "logo": self = .within(width: 160, height: 50)
    case "primaryLogo": self = .within(width: 126, height: 30)
    case "secondaryLogo": self = .within(width: 135, height: 12)
    case "footer": self = .within(width: 286, height: 15)
    case "thumbnail": self = .within(width: 90, height: 90)
    case "personalizationLogo": self = .within(width: 150, height: 40)
    case "artwork": self = .fills([(358, 448)])
    case "background": self = .fills([(180, 220), (343, 503), (345, 505)])
    case "strip":
      self =
        style == .eventTicket
        ? .fills([(375, 98), (320, 84)]) : .fills([(375, 144), (375, 123), (320, 123), (320, 110)])
    default: self = .unknown
    }
  }
}

/// Images that were read: a template's passes hold the same bytes again and again.
struct ImageReadings {
  private var known: [String: [(bytes: [UInt8], reading: Result<PNGInfo, PNGError>)]] = [:]

  mutating func read(_ bytes: [UInt8], path: String) -> Result<PNGInfo, PNGError> {
    // Arrays that share their storage are equal at once.
    if let known = known[path]?.first(where: { $0.bytes == bytes }) { return known.reading }
    let reading = Result { () throws(PNGError) in try PNGInfo(parsing: bytes) }
    known[path, default: []].append((bytes, reading))
    return reading
  }
}

extension WalletRules {
  private static let imageStyles: [String: [WalletStyle]] = [
    "strip": [.coupon, .storeCard, .eventTicket], "thumbnail": [.generic, .eventTicket], "background": [.eventTicket],
    "footer": [.boardingPass], "artwork": [.eventTicket, .posterGeneric], "secondaryLogo": [.eventTicket],
    "primaryLogo": [.eventTicket, .posterGeneric, .boardingPass], "venueMap": [.eventTicket],
  ]
  private static let imageNames =
    ["icon", "logo", "personalizationLogo", "headerImage"] + imageStyles.keys.sorted()

  /// Names, formats, sizes and scales of images.
  static func imageFindings(
    in files: PassFiles, pass: JSONValue?, style: WalletStyle?, images: inout ImageReadings
  ) -> [Finding] {
    var findings: [Finding] = []
    var sizes: [PassImageName: (width: Int, height: Int)] = [:]
    for path in files.sortedPaths {
      guard let bytes = files[path] else { continue }
      findings += misnamedImage(path)
      guard let name = PassImageName(path: path) else { continue }
      switch images.read(bytes, path: path) {
      case .success(let image):
        sizes[name] = (image.width, image.height)
        findings += sizeFindings(of: name, path: path, image: image, style: style)
      case .failure(let error): findings.append(damage(of: path, error))
      }
    }
    findings += iconFindings(in: files)
    findings += pdfFindings(in: files)
    findings += scaleFindings(in: files, sizes: sizes)
    findings += roleFindings(in: files, pass: pass, style: style)
    return findings
  }

  private static func damage(of path: String, _ error: PNGError) -> Finding {
    switch error {
    case .notPNG(let kind):
      Finding(
        .error, "image-not-png", at: .init(file: path), "the image is not a PNG, it is \(kind.rawValue)",
        hint: "Convert it to PNG; changing the name is not enough.")
    case .truncated:
      Finding(
        .error, "image-corrupt", at: .init(file: path), "the PNG breaks off before its end", hint: "Export it again.")
    case .corrupt(let reason):
      Finding(.error, "image-corrupt", at: .init(file: path), "the PNG is damaged: \(reason)", hint: "Export it again.")
    }
  }

  private static func sizeFindings(
    of name: PassImageName, path: String, image: PNGInfo, style: WalletStyle?
  ) -> [Finding] {
    func poor(_ message: String, _ hint: String) -> [Finding] {
      [
        Finding(
          .warning, "image-size", at: .init(file: path), "\(image.width) x \(image.height) pixels: \(message)",
          hint: hint)
      ]
    }
    let scale = name.scale
    if name.base == "icon" {
      if image.width != image.height {
        return poor("an icon should be square", "Make it \(38 * scale) x \(38 * scale).")
      }
      return image.width < 29 * scale
        ? poor("too small for an icon at this scale", "Make it \(38 * scale) x \(38 * scale).") : []
    }
    switch ImageRoom(name.base, style: style) {
    case .unknown: return []
    case .within(let width, let height):
      if image.width > width * scale || image.height > height * scale {
        return poor("Wallet scales it down", "The room is \(width * scale) x \(height * scale) pixels at this scale.")
      }
      let shape = Double(image.width) / Double(image.height)
      guard let allowed = ImageRoom.shape(of: name.base),
        !(allowed.lowerBound - 0.01...allowed.upperBound + 0.01 ~= shape)
      else { return [] }
      return poor("Wallet crops it", "Make it no narrower than 2:3 and no wider than 3:2.")
    case .fills(let areas):
      let wanted = areas.map { "\($0.width * scale) x \($0.height * scale)" }.joined(separator: " or ")
      guard areas.contains(where: { image.width >= $0.width * scale && image.height >= $0.height * scale }) else {
        return poor("Wallet blows it up and it looks blurred", "Make it \(wanted).")
      }
      let isCropped = !areas.contains { area in
        // Both shapes as products, within five per cent.
        let (left, right) = (
          image.width.multipliedReportingOverflow(by: area.height),
          image.height.multipliedReportingOverflow(by: area.width)
        )
        guard !left.overflow, !right.overflow else { return false }
        return abs(left.partialValue - right.partialValue) <= max(left.partialValue, right.partialValue) / 20
      }
      return isCropped ? poor("it has another shape than the pass and is cropped", "Make it \(wanted).") : []
    }
  }

  private static func iconFindings(in files: PassFiles) -> [Finding] {
    let icons = files.sortedPaths.compactMap(PassImageName.init).filter { $0.base == "icon" }
    guard !icons.isEmpty else {
      return [
        Finding(
          .error, "icon-missing", at: .init(file: "icon.png"), "the pass has no icon",
          hint: "Add icon.png, icon@2x.png and icon@3x.png (38, 76 and 114 pixels square).")
      ]
    }
    return []
  }

  /// Pass Designer keeps PDF drawings; that Wallet reads them is nowhere said.
  private static func pdfFindings(in files: PassFiles) -> [Finding] {
    let drawn = Set(files.sortedPaths.compactMap { PassImageName(path: $0).map { $0.folder + $0.base } })
    return files.sortedPaths.compactMap { path in
      guard path.hasSuffix(".pdf"), let name = PassImageName(path: path.dropLast(4) + ".png"),
        imageNames.contains(name.base), !drawn.contains(name.folder + name.base)
      else { return nil }
      return Finding(
        .warning, "image-pdf-only", at: .init(file: path), "\(name.base) is there as PDF only",
        hint: "Add \(name.path(scale: 2)) and \(name.path(scale: 3)): Wallet is documented to read PNG alone.")
    }
  }

  private static func scaleFindings(
    in files: PassFiles, sizes: [PassImageName: (width: Int, height: Int)]
  ) -> [Finding] {
    var findings: [Finding] = []
    let images = files.sortedPaths.compactMap(PassImageName.init)
    var groups: [String: [PassImageName]] = [:]
    for image in images where imageNames.contains(image.base) {
      groups[image.folder + image.base, default: []].append(image)
    }
    for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
      guard let first = group.first else { continue }
      let present = Set(group.map(\.scale))
      // No phone of today draws at scale 1; only the icon is asked for by other readers.
      let wanted = first.base == "icon" ? [1, 2, 3] : [2, 3]
      let missing = wanted.filter { !present.contains($0) }.map { first.path(scale: $0) }
      if !missing.isEmpty {
        findings.append(
          Finding(
            .warning, "image-scale-missing", at: .init(file: first.path(scale: group[0].scale)),
            "\(missing.joined(separator: " and ")) \(missing.count == 1 ? "is" : "are") missing",
            hint: "Without the image for its screen a phone scales another one."))
      }
      // Compare each scale with the smallest one that could be read.
      let readable = group.compactMap { name in sizes[name].map { (name, $0) } }.sorted { $0.0.scale < $1.0.scale }
      guard let (reference, size) = readable.first else { continue }
      for (name, other) in readable.dropFirst() {
        let matches = [(size.width, other.width), (size.height, other.height)].allSatisfy { small, large in
          abs(Double(large) * Double(reference.scale) - Double(small) * Double(name.scale)) <= Double(name.scale)
        }
        guard !matches else { continue }
        findings.append(
          Finding(
            .warning, "image-scale-mismatch", at: .init(file: name.path(scale: name.scale)),
            "\(other.width) x \(other.height) pixels do not fit the \(size.width) x \(size.height) of "
              + reference.path(scale: reference.scale),
            hint: "Export all scales from one drawing."))
      }
    }
    return findings
  }

  private static func roleFindings(in files: PassFiles, pass: JSONValue?, style: WalletStyle?) -> [Finding] {
    guard let pass, let style else { return [] }
    var findings: [Finding] = []
    let styles = WalletStyle.allCases.filter { pass[$0.rawValue] != nil }
    var images: [String: String] = [:]
    for path in files.sortedPaths {
      if let name = PassImageName(path: path), images[name.base] == nil { images[name.base] = path }
    }
    for (base, path) in images.sorted(by: { $0.key < $1.key }) {
      guard let allowed = imageStyles[base], Set(allowed).isDisjoint(with: styles) else { continue }
      findings.append(
        Finding(
          .warning, "image-unused", at: .init(file: path), "a \(style.rawValue) does not show \(base)",
          hint: "Leave it out: it only makes the pass larger."))
    }
    if style == .eventTicket, let strip = images["strip"], let other = images["background"] ?? images["thumbnail"] {
      findings.append(
        Finding(
          .warning, "strip-with-background", at: .init(file: strip),
          "an event ticket shows either strip or background and thumbnail, but \(other) is there too",
          hint: "Keep the strip, or the other two."))
    }
    return findings
  }

  // MARK: - Names

  /// Images whose name Wallet does not know, though it looks as if one was meant: `background2x.png`, `Icon.png`.
  private static func misnamedImage(_ path: String) -> [Finding] {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let file = parts.last, let dot = file.lastIndex(of: "."),
      ["png", "jpg", "jpeg", "gif", "webp", "svg", "heic", "tiff"].contains(file[dot...].dropFirst().lowercased())
    else { return [] }
    if isSystemFile(path) { return [] }
    let isInPlace = parts.count == 1 || parts.count == 2 && parts[0].hasSuffix(".lproj")
    if isInPlace, let name = PassImageName(path: path), imageNames.contains(name.base) { return [] }
    guard let meant = intended(String(file[..<dot])) else {
      // Elsewhere it may be anybody's; here it would go into every pass.
      guard isInPlace, file.hasSuffix(".png") else { return [] }
      return [
        Finding(
          .warning, "image-name", at: .init(file: path), "Wallet does not look for an image of this name",
          hint: "Take it out: every pass would carry it for nothing.")
      ]
    }
    return [
      Finding(
        .warning, "image-name", at: .init(file: path), "Wallet does not look for an image of this name",
        hint: isInPlace ? "Did you mean \(meant).png?" : "Did you mean \(meant).png at the top of the pass?")
    ]
  }

  private static func intended(_ stem: String) -> String? {
    var name = stem.lowercased()
    var scale = ""
    for ending in ["2x", "3x"] where name.hasSuffix(ending) {
      scale = "@" + ending
      name = String(name.dropLast(2).reversed().drop { "@-_. ".contains($0) }.reversed())
    }
    if name.hasSuffix("@1x") { name = String(name.dropLast(3)) }
    let base = imageNames.first { $0.lowercased() == name } ?? WalletKeys.nearest(to: name, in: imageNames)
    return base.map { $0 + scale }
  }
}
