import Foundation
import JSON
import Passes
import ZonedTime

/// How a pass is laid out: Wallet's five classic styles and the two posters.
enum PassLook: String, Sendable, Hashable {
  case boardingPass, coupon, eventTicket, generic, storeCard
  /// iOS 18: artwork, and texts from the semantic tags.
  case posterEventTicket
  /// iOS 27.
  case posterGeneric
}

/// What one side of a phone shows of a pass: texts looked up in a language, values written out, fields for which there is
/// no room left out.
struct PassFace: Sendable {
  struct Field: Sendable {
    let key: String
    /// Where it stands in the pass: `/eventTicket/headerFields/0`.
    let pointer: String
    /// `headerFields`
    let group: String
    let label: String
    let value: WalletText.Shown
    /// The text of `attributedValue`, which takes the place of the value.
    let attributed: String?
    let alignment: Alignment
    /// What the lock screen says when the value changes; `%@` is the new value.
    let changeMessage: String?
    /// Whether Wallet makes links of addresses and numbers in it.
    let detectsData: Bool
    /// Texts of it that other languages translate and this one does not.
    let untranslated: [String]
  }

  enum Alignment: String, Sendable {
    case natural, left, center, right
  }

  struct Row: Sendable {
    let name: RowName
    let fields: [Field]
  }

  enum RowName: String, Sendable {
    case header, primary, secondary, auxiliary
    /// The second row of auxiliary fields of an event ticket.
    case secondAuxiliary = "auxiliary-1"
    case footer
  }

  struct Code: Sendable {
    let format: String
    let message: String
    let altText: String?
    let drawing: Result<BarcodeDrawing, BarcodeError>
  }

  let look: PassLook
  let style: WalletStyle
  let language: String
  let isRightToLeft: Bool
  let colors: PassColors
  let rows: [Row]
  let back: [Field]
  /// Fields that Wallet leaves out since there is no room.
  let dropped: [Field]
  let code: Code?
  let logoText: String?
  let organization: String
  let images: [String: PassImage]
  /// `PKTransitTypeBus`, on a boarding pass.
  let transit: String?
  let poster: PosterTexts?
  let darkensHeader: Bool

  func row(_ name: RowName) -> Row? { rows.first { $0.name == name } }
}

extension PassFace {
  /// The faces of a pass, the one that new systems show first.
  static func faces(of pass: ReadPass, language: String) -> [PassFace] {
    let classic = WalletStyle.style(of: pass.value)
    var faces: [PassFace] = []
    if pass.value["posterGeneric"] != nil {
      faces.append(PassFace(pass, .posterGeneric, as: .posterGeneric, language))
    }
    let schemes = (pass.value["preferredStyleSchemes"]?.array ?? []).compactMap(\.stringValue)
    if classic == .eventTicket, schemes.contains("posterEventTicket") {
      faces.append(PassFace(pass, .eventTicket, as: .posterEventTicket, language))
    }
    if let classic, classic != .posterGeneric, let look = PassLook(rawValue: classic.rawValue) {
      faces.append(PassFace(pass, classic, as: look, language))
    }
    return faces
  }

  private init(_ pass: ReadPass, _ style: WalletStyle, as look: PassLook, _ language: String) {
    let reader = FaceReader(pass: pass, style: style, language: language)
    self.look = look
    self.style = style
    self.language = language
    isRightToLeft = reader.wallet.isRightToLeft
    colors = PassColors(pass.value)
    var rows: [Row] = []
    var dropped: [Field] = []
    for (name, fields) in reader.rows(look) {
      let room = look.room(for: name)
      if !fields.isEmpty { rows.append(Row(name: name, fields: Array(fields.prefix(room)))) }
      dropped += fields.dropFirst(room)
    }
    if look == .coupon || look == .storeCard, let index = rows.firstIndex(where: { $0.name == .secondary }),
      let auxiliary = rows.firstIndex(where: { $0.name == .auxiliary })
    {
      // One row holds both.
      let together = rows[index].fields + rows[auxiliary].fields
      dropped = together.dropFirst(4) + dropped
      rows[index] = Row(name: .secondary, fields: Array(together.prefix(4)))
      rows.remove(at: auxiliary)
    }
    self.rows = rows
    self.dropped = dropped
    back = reader.fields(in: "backFields") + reader.fields(in: "additionalInfoFields")
    code = reader.code()
    let logoName = look == .posterEventTicket ? "eventLogoText" : "logoText"
    logoText = reader.text(pass.value[logoName])
    organization = reader.text(pass.value["organizationName"]) ?? ""
    var images: [String: PassImage] = [:]
    for name in look.imageNames {
      if let image = pass.image(name, in: language) { images[name] = image }
    }
    if look == .eventTicket, images["strip"] != nil {
      images["background"] = nil
      images["thumbnail"] = nil
    }
    self.images = images
    transit = look == .boardingPass ? pass.value["boardingPass"]?["transitType"]?.stringValue ?? "" : nil
    poster = look == .posterEventTicket ? PosterTexts(pass.value, reader) : nil
    darkensHeader = pass.value["suppressHeaderDarkening"]?.bool != true
  }
}

extension PassLook {
  /// How many fields a row has room for; Wallet leaves out the others.
  /// Source: Human Interface Guidelines, Wallet; the fifth field measured on screenshots of real phones.
  fileprivate func room(for row: PassFace.RowName) -> Int {
    switch (self, row) {
    case (.posterGeneric, .header): 1
    case (_, .header): 3
    case (.boardingPass, .primary): 2
    case (.posterGeneric, .primary): 4
    case (_, .primary), (_, .footer): 1
    case (.boardingPass, .auxiliary): 5
    case (_, .secondary), (_, .auxiliary), (_, .secondAuxiliary): 4
    }
  }

  fileprivate var imageNames: [String] {
    switch self {
    case .boardingPass: ["icon", "logo", "footer"]
    case .coupon, .storeCard: ["icon", "logo", "strip"]
    case .eventTicket: ["icon", "logo", "strip", "background", "thumbnail"]
    case .generic: ["icon", "logo", "thumbnail"]
    case .posterEventTicket: ["icon", "primaryLogo", "secondaryLogo", "artwork", "background"]
    case .posterGeneric: ["icon", "primaryLogo", "artwork"]
    }
  }
}

/// Reads the fields of one style in one language.
struct FaceReader {
  let pass: ReadPass
  let style: WalletStyle
  let wallet: WalletText

  init(pass: ReadPass, style: WalletStyle, language: String) {
    self.pass = pass
    self.style = style
    wallet = WalletText(language: language)
  }

  func text(_ value: JSONValue?) -> String? {
    value?.stringValue.map { pass.text($0, in: wallet.language) }
  }

  /// The rows of the front in the order in which they are drawn.
  func rows(_ look: PassLook) -> [(PassFace.RowName, [PassFace.Field])] {
    let header = (PassFace.RowName.header, fields(in: "headerFields"))
    let primary = (PassFace.RowName.primary, fields(in: "primaryFields"))
    let secondary = (PassFace.RowName.secondary, fields(in: "secondaryFields"))
    let raw = pass.value[style.rawValue]?["auxiliaryFields"]?.array ?? []
    let auxiliary = fields(in: "auxiliaryFields")
    let isSecond = auxiliary.map { field in
      look == .eventTicket
        && field.pointer.split(separator: "/").last.flatMap { Int($0) }.map { raw[$0] }?["row"]?.int == 1
    }
    let first = (PassFace.RowName.auxiliary, zip(auxiliary, isSecond).filter { !$0.1 }.map(\.0))
    let second = (PassFace.RowName.secondAuxiliary, zip(auxiliary, isSecond).filter { $0.1 }.map(\.0))
    switch look {
    case .boardingPass: return [header, primary, first, secondary]
    case .posterEventTicket: return []
    case .posterGeneric: return [header, primary, (.footer, fields(in: "footerFields"))]
    default: return [header, primary, secondary, first, second]
    }
  }

  func fields(in group: String) -> [PassFace.Field] {
    let fields = pass.value[style.rawValue]?[group]?.array ?? []
    return fields.enumerated().compactMap { index, field in
      field.object == nil ? nil : self.field(field, group: group, index: index)
    }
  }

  private func field(_ field: JSONValue, group: String, index: Int) -> PassFace.Field {
    let raw = [field["label"], field["value"], field["changeMessage"]].compactMap { $0?.stringValue }
    let value: JSONValue? = field["value"].map { value in
      value.stringValue.map { .string(pass.text($0, in: wallet.language)) } ?? value
    }
    let detectors = field["dataDetectorTypes"]?.array
    return PassFace.Field(
      key: field["key"]?.stringValue ?? "", pointer: "/\(style.rawValue)/\(group)/\(index)", group: group,
      label: text(field["label"]) ?? "", value: wallet.shown(value, in: field),
      attributed: text(field["attributedValue"]),
      alignment: alignment(field["textAlignment"]?.stringValue, group: group),
      changeMessage: text(field["changeMessage"]).flatMap { $0.isEmpty ? nil : $0 },
      detectsData: detectors.map { !$0.isEmpty } ?? true,
      untranslated: raw.filter { pass.lacksTranslation($0, in: wallet.language) })
  }

  private func alignment(_ name: String?, group: String) -> PassFace.Alignment {
    // Apple: not for primary and back fields.
    if group == "primaryFields" || group == "backFields" { return .natural }
    return switch name {
    case "PKTextAlignmentLeft": .left
    case "PKTextAlignmentCenter": .center
    case "PKTextAlignmentRight": .right
    default: .natural
    }
  }

  /// The first barcode that can be drawn; if none can, the first, to say why.
  func code() -> PassFace.Code? {
    let codes = pass.value["barcodes"]?.array ?? []
    let drawn = (codes.isEmpty ? [pass.value["barcode"]].compactMap { $0 } : codes).compactMap { code($0) }
    return drawn.first { (try? $0.drawing.get()) != nil } ?? drawn.first
  }

  private func code(_ code: JSONValue) -> PassFace.Code? {
    guard let message = code["message"]?.stringValue else { return nil }
    let format = code["format"]?.stringValue ?? ""
    let drawing = Result { () throws(BarcodeError) in
      try BarcodeDrawing(
        format: format, message: message, encoding: code["messageEncoding"]?.stringValue ?? "iso-8859-1")
    }
    return PassFace.Code(
      format: format, message: message, altText: text(code["altText"]).flatMap { $0.isEmpty ? nil : $0 },
      drawing: drawing)
  }
}
