package import JSON
package import Passes
import ZonedTime

/// A pass's files, read for drawing: `pass.json`, its strings, its images.
package struct ReadPass: Sendable {
  package let value: JSONValue
  /// The names of the `.lproj` folders, without the ending.
  package let languages: [String]
  private let strings: [String: StringsFile]
  private let images: PassImages

  /// The pass without its pictures.
  ///
  /// - Returns: nil when there is no `pass.json` that could be read.
  package init?(_ files: PassFiles) {
    self.init(files, images: PassImages([]))
  }

  /// - Parameter images: the pictures among the files.
  /// - Returns: nil when there is no `pass.json` that could be read.
  init?(_ files: PassFiles, images: PassImages) {
    guard let value = WalletRules.document(in: files).document?.value, value.object != nil else { return nil }
    self.value = value
    self.images = images
    var strings: [String: StringsFile] = [:]
    var languages: Set<String> = []
    for (path, bytes) in files.contents {
      let parts = path.split(separator: "/")
      guard parts.count == 2, parts[0].hasSuffix(".lproj") else { continue }
      let language = String(parts[0].dropLast(".lproj".count))
      languages.insert(language)
      if parts[1] == "pass.strings", let table = try? StringsFile(parsing: bytes) { strings[language] = table }
    }
    self.languages = languages.sorted()
    self.strings = strings
  }

  /// The folder that a phone in `language` reads: `de` where there is no `de-CH`.
  func folder(for language: String) -> String? {
    if languages.contains(language) { return language }
    let base = language.split(whereSeparator: { $0 == "-" || $0 == "_" }).first.map(String.init) ?? language
    return languages.first { $0 == base }
  }

  /// What Wallet shows for a text of `pass.json`.
  func text(_ text: String, in language: String) -> String {
    translation(of: text, in: language) ?? text
  }

  /// What the strings of a language, or of the language without region, have for a text; nil when they do not know it.
  package func translation(of text: String, in language: String) -> String? {
    folder(for: language).flatMap { strings[$0]?[text] }
  }

  /// Whether other languages translate a text that this one lacks.
  func lacksTranslation(_ text: String, in language: String) -> Bool {
    // A language without a folder is the one that pass.json itself is written in.
    guard let own = folder(for: language) else { return false }
    return strings[own]?[text] == nil && strings.contains { $0.key != own && $0.value[text] != nil }
  }

  /// An image as this language sees it. One at the top of the pass takes the place of the localised ones.
  func image(_ name: String, in language: String) -> PassImage? {
    let all = images.variants[name] ?? []
    let top = all.filter { $0.folder == nil }
    let variants = top.isEmpty ? all.filter { $0.folder == folder(for: language) && $0.folder != nil } : top
    return PassImage(name: name, variants: variants)
  }
}

/// The pictures of a pass. Reading one goes through all its bytes, and passes share most of theirs.
struct PassImages: Sendable {
  /// By the name that Wallet knows: `strip`.
  private(set) var variants: [String: [PassImage.Variant]] = [:]
  /// The files by their ids.
  private(set) var bytes: [String: [UInt8]] = [:]

  init(_ files: some Sequence<(path: String, bytes: [UInt8])>) {
    for file in files {
      guard let variant = PassImage.Variant(path: file.path, bytes: file.bytes) else { continue }
      variants[variant.name, default: []].append(variant)
      bytes[variant.id] = file.bytes
    }
  }
}

/// One picture in its scales.
struct PassImage: Sendable, Hashable {
  /// One file of it.
  struct Variant: Sendable, Hashable {
    let name: String
    /// The language of the `.lproj` folder it lies in.
    let folder: String?
    let scale: Int
    /// Names the content: the same bytes have the same.
    let id: String
    let pixels: PNGInfo

    /// nil for what is no image at a place where Wallet looks, and for one that cannot be drawn.
    init?(path: String, bytes: [UInt8]) {
      guard let found = PassImageName(path: path), let pixels = try? PNGInfo(parsing: bytes) else { return nil }
      name = found.base
      folder = found.folder.isEmpty ? nil : String(found.folder.dropLast(".lproj/".count))
      scale = found.scale
      id = "\(String(PNGInfo.checksum(of: bytes), radix: 16))-\(bytes.count)"
      self.pixels = pixels
    }
  }

  let name: String
  /// At least one, the largest scale first.
  let variants: [Variant]

  init?(name: String, variants: [Variant]) {
    guard !variants.isEmpty else { return nil }
    self.name = name
    self.variants = variants.sorted { $0.scale > $1.scale }
  }

  /// Width and height in points.
  var size: (width: Double, height: Double) {
    let best = variants[0]
    return (Double(best.pixels.width) / Double(best.scale), Double(best.pixels.height) / Double(best.scale))
  }

  /// The file a screen of that scale takes: its own, else the next larger, else the largest.
  func variant(scale: Int) -> Variant {
    variants.last { $0.scale >= scale } ?? variants[0]
  }
}

extension ReadPass {
  /// When Wallet begins to show the pass as expired.
  var expirationDate: ZonedDateTime? {
    value["expirationDate"]?.stringValue.flatMap { ZonedDateTime(iso8601: $0) }
  }
}
