import Liquid

/// A template's `pass.json`, made ready: what never changes is JSON text already, what holds Liquid is parsed.
indirect enum TemplateNode: Sendable {
  /// The same in every pass.
  case fixed([UInt8])
  case leaf(TemplateLeaf)
  /// An object in which something can change.
  case object([TemplateMember], needs: ObjectShape)
  /// An array in which something can change; elements that come out empty are left out.
  case array([TemplateNode])
}

/// A class, as the leaf is: walking the template for each pass then costs one reference count a step and not ten.
final class TemplateMember: Sendable {
  let name: String
  /// `"name":`
  let prefix: [UInt8]
  let node: TemplateNode
  let fulfils: ObjectShape

  init(name: String, prefix: [UInt8], node: TemplateNode) {
    self.name = name
    self.prefix = prefix
    self.node = node
    fulfils = ObjectShape.fulfilled(by: name)
  }
}

/// A string that holds Liquid.
final class TemplateLeaf: Sendable {
  let liquid: LiquidTemplate
  let kind: LeafKind
  /// Whether Wallet looks the text up in `pass.strings`.
  let isLocalizable: Bool
  /// Whether the text may differ from language to language even when the ticket knows no translations.
  let usesLanguage: Bool
  /// The barcode whose message this is.
  let barcode: BarcodeRules?
  /// Without line and column when it is in `pass.json`: `PassTemplate.located` finds them.
  let place: Finding.Place

  init(
    liquid: LiquidTemplate, kind: LeafKind, isLocalizable: Bool, usesLanguage: Bool, barcode: BarcodeRules?,
    place: Finding.Place
  ) {
    self.liquid = liquid
    self.kind = kind
    self.isLocalizable = isLocalizable
    self.usesLanguage = usesLanguage
    self.barcode = barcode
    self.place = place
  }
}

/// The members that an object cannot do without; when one comes out empty, the whole object is left out.
struct ObjectShape: OptionSet, Sendable {
  let rawValue: UInt8

  static let value = ObjectShape(rawValue: 1)
  static let message = ObjectShape(rawValue: 2)
  static let latitude = ObjectShape(rawValue: 4)
  static let longitude = ObjectShape(rawValue: 8)
  static let date = ObjectShape(rawValue: 16)
  static let anyMember = ObjectShape(rawValue: 32)
  static let endDate = ObjectShape(rawValue: 64)
  /// The style dictionary stays even when it is empty, for Wallet wants exactly one.
  static let style: ObjectShape = []

  /// What having a member of this name fulfils.
  static func fulfilled(by name: String) -> ObjectShape {
    switch name {
    case "value": [.value, .anyMember]
    case "message": [.message, .anyMember]
    case "latitude": [.latitude, .anyMember]
    case "longitude": [.longitude, .anyMember]
    case "date", "startDate": [.date, .anyMember]
    case "endDate": [.endDate, .anyMember]
    default: .anyMember
    }
  }

  /// What the object at the end of a path needs, told by the names above it.
  ///
  /// - Parameter names: the names of all its members.
  static func needed(at path: [String], names: [String]) -> ObjectShape {
    let parent = path.dropLast().last ?? ""
    if path.count == 1, classicStyles.contains(path[0]) || path[0] == "posterGeneric" { return .style }
    switch path.last ?? "" {
    case "barcode" where path.count == 1, "nfc" where path.count == 1: return .message
    case "venueLocation", "departureLocation", "destinationLocation": return [.latitude, .longitude]
    case let last where Int(last) == nil: return .anyMember
    default: break
    }
    switch parent {
    case "barcodes": return .message
    case "locations": return [.latitude, .longitude]
    case "relevantDates": return names.contains("startDate") ? [.date, .endDate] : .date
    case _ where parent.hasSuffix("Fields"): return .value
    default: return .anyMember
    }
  }

  static let classicStyles: Set<String> = ["boardingPass", "coupon", "eventTicket", "generic", "storeCard"]
}
