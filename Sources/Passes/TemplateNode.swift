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

struct TemplateMember: Sendable {
  let name: String
  /// `"name":`
  let prefix: [UInt8]
  let node: TemplateNode
  let fulfils: ObjectShape
}

/// A string that holds Liquid.
struct TemplateLeaf: Sendable {
  let liquid: LiquidTemplate
  let kind: LeafKind
  /// Whether Wallet looks the text up in `pass.strings`.
  let isLocalizable: Bool
  /// The barcode whose message this is.
  let barcode: BarcodeRules?
  let place: Finding.Place
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
    default: .anyMember
    }
  }

  /// What the object at the end of a path needs, told by the names above it.
  static func needed(at path: [String]) -> ObjectShape {
    let parent = path.dropLast().last ?? ""
    if path.count == 1, classicStyles.contains(path[0]) || path[0] == "posterGeneric" { return .style }
    if path.last.flatMap({ Int($0) }) == nil { return path.last == "barcode" ? .message : .anyMember }
    switch parent {
    case "barcodes": return .message
    case "locations": return [.latitude, .longitude]
    case "relevantDates": return .date
    case _ where parent.hasSuffix("Fields"): return .value
    default: return .anyMember
    }
  }

  static let classicStyles: Set<String> = ["boardingPass", "coupon", "eventTicket", "generic", "storeCard"]
}
