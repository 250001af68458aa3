import Foundation
import PassBundle
import Passes

/// A finished pass that breaks no rule, and its check.
enum SamplePass {
  static let passJSON = """
    {"formatVersion": 1, "passTypeIdentifier": "\(Workshop.passType)", "serialNumber": "0815",
     "teamIdentifier": "\(Workshop.team)", "organizationName": "Example Hall", "description": "Ticket",
     "barcodes": [{"format": "PKBarcodeFormatQR", "message": "00012345", "messageEncoding": "iso-8859-1",
       "altText": "00012345"}],
     "eventTicket": {"primaryFields": [{"key": "event", "value": "title"}]}}
    """

  static let files: PassFiles = {
    var files = PassFiles(["pass.json": Array(passJSON.utf8)])
    for (path, size) in [("icon.png", 38), ("icon@2x.png", 76), ("icon@3x.png", 114)] { files[path] = png(size) }
    files["en.lproj/pass.strings"] = Array("\"title\" = \"Evening\";\n".utf8)
    files["fr.lproj/pass.strings"] = Array("\"title\" = \"Soirée\";\n".utf8)
    return files
  }()

  /// Signed and packed once for all tests.
  static let archive = Result { try Workshop.zip(try Workshop.shared.get().signed(files)) }

  static var now: Int64 { Int64(Date().timeIntervalSince1970) }

  static func trust(_ name: String = "root") throws -> [Certificate] {
    BundleCheck.trustedCertificates(pem: try Workshop.shared.get().pem["\(name).pem"] ?? [])
  }

  static func check(_ bytes: [UInt8], name: String = "ticket.pkpass", at now: Int64 = now) throws -> BundleReport {
    BundleCheck.check(bytes, name: name, trust: try trust(), now: now)
  }

  /// Codes of what is found in files packed by Python.
  static func codes(_ files: PassFiles, at now: Int64 = now) throws -> [String] {
    try check(try Workshop.zip(files), at: now).findings.map(\.code)
  }

  private static func png(_ size: Int) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(type.utf8) + data
      var check: UInt32 = 0xFFFF_FFFF
      for byte in body {
        check ^= UInt32(byte)
        for _ in 0..<8 { check = check & 1 == 1 ? 0xEDB8_8320 ^ check >> 1 : check >> 1 }
      }
      return number(data.count) + body + number(Int(~check))
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", number(size) + number(size) + [8, 6, 0, 0, 0])
      + chunk("IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1]) + chunk("IEND", [])
  }
}

/// Repeats the same numbers for the same seed, so that a failing variant can be made again.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    // SplitMix64 (Steele, Lea, Flood 2014).
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
