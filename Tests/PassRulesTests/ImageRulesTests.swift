import Passes
import Testing

@Suite("Rules for images") struct ImageRulesTests {
  private func codes(_ added: [String: [UInt8]] = [:], without: [String] = [], style: String = "eventTicket")
    -> [String]
  {
    var files = PassFixture.files(passJSON: PassFixture.passJSON.replacing("\"eventTicket\"", with: "\"\(style)\""))
    for (path, bytes) in added { files[path] = bytes }
    for path in without { files[path] = nil }
    let ofFields: Set = ["too-many-fields", "row-misplaced"]
    return WalletRules.findings(in: files).map(\.code).filter { !ofFields.contains($0) }
  }

  private func png(_ width: Int, _ height: Int) -> [UInt8] { PassFixture.png(width: width, height: height) }

  @Test func `no icon, no pass`() {
    #expect(codes(without: ["icon.png", "icon@2x.png", "icon@3x.png"]) == ["icon-missing"])
    #expect(codes(without: ["icon.png"]) == ["image-scale-missing"])
    #expect(codes(without: ["icon@3x.png"]) == ["image-scale-missing"])
    #expect(codes(without: ["logo@2x.png"]) == ["image-scale-missing"])
  }

  @Test(
    arguments: [
      ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG"), (Array("GIF89a".utf8), "a GIF"), (Array("<svg/>".utf8), "an SVG"),
      (Array("<!DOCTYPE html>".utf8), "an HTML page"), ([], "empty"), (Array("%PDF-1.4".utf8), "a PDF"),
    ] as [([UInt8], String)]) func `an image of another kind`(_ bytes: [UInt8], _ kind: String)
  {
    var files = PassFixture.files()
    files["logo@2x.png"] = bytes
    let findings = WalletRules.findings(in: files)
    #expect(findings.map(\.code) == ["image-not-png"])
    #expect(findings.first?.severity == .error)
    #expect(findings.first?.message.contains(kind) == true)
  }

  @Test func `a PNG cut off anywhere or with any bit flipped is damaged`() {
    let good = png(320, 100)
    for length in 8..<good.count {
      #expect(codes(["logo@2x.png": Array(good.prefix(length))]) == ["image-corrupt"], "cut to \(length) bytes")
    }
    for index in 8..<good.count {
      var spoiled = good
      spoiled[index] ^= 0x10
      #expect(codes(["logo@2x.png": spoiled]).contains("image-corrupt"), "byte \(index) flipped")
    }
  }

  @Test func `a PNG without a header, without pixels, with impossible sizes`() {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let end = PassFixture.chunk("IEND", [])
    let header = PassFixture.chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0])
    let none = PassFixture.chunk("IHDR", [0, 0, 0, 0, 0, 0, 0, 1, 8, 6, 0, 0, 0])
    let huge = PassFixture.chunk("IHDR", [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 8, 6, 0, 0, 0])
    for bytes in [
      signature + end, signature + header + end, signature + none + end, signature + huge + end,
      signature + header + header,
    ] {
      #expect(codes(["logo@2x.png": bytes]) == ["image-corrupt"])
    }
  }

  static let sizeCases: [(path: String, width: Int, height: Int, style: String, isGood: Bool)] = [
    ("icon@2x.png", 76, 70, "eventTicket", false), ("icon@2x.png", 40, 40, "eventTicket", false),
    ("logo@2x.png", 400, 100, "eventTicket", false), ("strip@2x.png", 750, 196, "eventTicket", true),
    ("strip@2x.png", 750, 288, "eventTicket", false), ("strip@2x.png", 750, 288, "coupon", true),
    ("strip@2x.png", 300, 100, "coupon", false), ("background@2x.png", 360, 440, "eventTicket", true),
    ("background@2x.png", 686, 1006, "eventTicket", true), ("background@2x.png", 100, 100, "eventTicket", false),
    ("thumbnail@2x.png", 180, 180, "generic", true), ("thumbnail@2x.png", 200, 180, "generic", false),
  ]

  @Test(arguments: sizeCases) func `how large each image may be`(
    _ image: (path: String, width: Int, height: Int, style: String, isGood: Bool)
  ) {
    let found = codes([image.path: png(image.width, image.height)], style: image.style)
    #expect(found.contains("image-size") == !image.isGood, "\(found)")
  }

  @Test func `scales are made from one drawing`() {
    #expect(codes(["logo@3x.png": png(470, 150)]) == ["image-scale-mismatch"])
  }

  @Test(arguments: [
    ("background2x.png", "background@2x.png"), ("Icon.png", "icon.png"), ("strip-3x.png", "strip@3x.png"),
    ("logo.jpg", "logo.png"), ("thumbnial.png", "thumbnail.png"), ("images/logo.png", "logo.png"),
  ]) func `names that were meant otherwise`(_ path: String, _ meant: String) {
    var files = PassFixture.files()
    files[path] = png(10, 10)
    let findings = WalletRules.findings(in: files)
    #expect(findings.map(\.code) == ["image-name"])
    #expect(findings.first?.hint.contains(meant) == true)
  }

  @Test func `images the style does not show`() {
    #expect(codes(["footer@2x.png": png(20, 10), "footer@3x.png": png(30, 15)]) == ["image-unused"])
    #expect(codes(["mascot.png": png(20, 10)]) == ["image-name"])
    let strip = ["strip@2x.png": png(750, 196), "strip@3x.png": png(1125, 294)]
    #expect(codes(strip) == [])
    let both = strip.merging(["thumbnail@2x.png": png(180, 180), "thumbnail@3x.png": png(270, 270)]) { $1 }
    #expect(codes(both) == ["strip-with-background"])
  }

  @Test func `an image at the top hides those of the languages`() {
    let localized = ["en", "fr"].flatMap { language in
      [("\(language).lproj/logo@2x.png", png(320, 100)), ("\(language).lproj/logo@3x.png", png(480, 150))]
    }
    let images = Dictionary(uniqueKeysWithValues: localized)
    #expect(Set(codes(images)) == ["localized-image-overridden"])
    let top = ["logo@2x.png", "logo@3x.png"]
    #expect(codes(images, without: top) == [])
    #expect(
      Set(codes(images, without: top + ["fr.lproj/logo@3x.png"])) == ["localized-image-scales", "image-scale-missing"])
  }
}
