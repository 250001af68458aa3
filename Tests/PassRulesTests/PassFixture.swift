import JSON
import Passes

/// A small event ticket that breaks no rule, to be spoiled in one place by each test.
enum PassFixture {
  static let passJSON = """
    {
      "formatVersion": 1,
      "passTypeIdentifier": "pass.org.example.tickets",
      "serialNumber": "0815",
      "teamIdentifier": "ABCDE12345",
      "organizationName": "Example Hall",
      "description": "Ticket for an evening",
      "backgroundColor": "rgb(20, 40, 60)",
      "webServiceURL": "https://example.org/wallet",
      "authenticationToken": "0123456789abcdef",
      "relevantDates": [{"startDate": "2026-12-31T19:00:00+01:00", "endDate": "2026-12-31T22:00:00+01:00"}],
      "locations": [{"latitude": 48.2, "longitude": 16.37}],
      "beacons": [{"proximityUUID": "F8F589E9-C07E-58B8-9B7A-2D1C6F0A5A11", "major": 1}],
      "barcodes": [{"format": "PKBarcodeFormatQR", "message": "00012345", "messageEncoding": "iso-8859-1", "altText": "00012345"}],
      "semantics": {"eventType": "PKEventTypeLivePerformance", "eventName": "Evening", "seats": [{"seatRow": "C"}]},
      "eventTicket": {
        "headerFields": [{"key": "date", "label": "DATE", "value": "2026-12-31T19:00+01:00", "dateStyle": "PKDateStyleShort"}],
        "primaryFields": [{"key": "event", "value": "title"}],
        "secondaryFields": [{"key": "price", "value": 12.5, "currencyCode": "EUR", "changeMessage": "Now %@"}],
        "auxiliaryFields": [{"key": "row", "value": "C", "row": 0}, {"key": "seat", "value": 7, "numberStyle": "PKNumberStyleDecimal", "row": 1}],
        "backFields": [{"key": "site", "value": "example.org", "attributedValue": "<a href='https://example.org'>Site</a>", "dataDetectorTypes": []}]
      },
      "modID": "an issuer's own note"
    }
    """

  /// Width and height in pixels of each image.
  static let images = [
    "icon.png": (38, 38), "icon@2x.png": (76, 76), "icon@3x.png": (114, 114), "logo@2x.png": (320, 100),
    "logo@3x.png": (480, 150),
  ]

  static func files(passJSON: String = passJSON) -> PassFiles {
    var files = PassFiles(["pass.json": Array(passJSON.utf8)])
    for (path, size) in images { files[path] = png(width: size.0, height: size.1) }
    files["en.lproj/pass.strings"] = Array("\"title\" = \"Evening\";\n".utf8)
    files["fr.lproj/pass.strings"] = Array("\"title\" = \"Soirée\";\n".utf8)
    return files
  }

  /// The files with one member of pass.json set to another JSON text, or removed.
  static func files(setting pointer: String, to json: String?) throws -> PassFiles {
    files(passJSON: try setting(pointer, to: json, in: passJSON))
  }

  /// JSON text with one member set to another JSON text, or removed.
  static func setting(_ pointer: String, to json: String?, in text: String) throws -> String {
    var value = try JSONValue(parsing: Array(text.utf8))
    let replacement = try json.map { try JSONValue(parsing: Array($0.utf8)) }
    value = replacing(value, pointer.split(separator: "/").map(String.init)[...], with: replacement)
    return String(decoding: value.serialized(), as: UTF8.self)
  }

  private static func replacing(_ value: JSONValue, _ path: ArraySlice<String>, with new: JSONValue?) -> JSONValue {
    guard let name = path.first else { return new ?? .null }
    let rest = path.dropFirst()
    if case .array(var values) = value, let index = Int(name) {
      if index == values.count {
        values.append(replacing(.null, rest, with: new))
      } else if rest.isEmpty, new == nil {
        values.remove(at: index)
      } else {
        values[index] = replacing(values[index], rest, with: new)
      }
      return .array(values)
    }
    var object = value.object ?? JSONObject()
    object[name] = rest.isEmpty ? new : replacing(object[name] ?? .object(JSONObject()), rest, with: new)
    return .object(object)
  }

  // MARK: - PNG

  /// A PNG that is complete but for meaningful pixels: the rules never decode them.
  static func png(width: Int, height: Int) -> [UInt8] {
    let header = number(width) + number(height) + [8, 6, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1])
      + chunk("IEND", [])
  }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    var check: UInt32 = 0xFFFF_FFFF
    for byte in body {
      check ^= UInt32(byte)
      for _ in 0..<8 { check = check & 1 == 1 ? 0xEDB8_8320 ^ check >> 1 : check >> 1 }
    }
    return number(data.count) + body + number(Int(~check))
  }

  private static func number(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
