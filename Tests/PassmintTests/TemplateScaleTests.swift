import Foundation
import Passes
import Testing

@Suite("template scale")
struct TemplateScaleTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// A PNG with a gradient, by Python's own means.
  private func draw(_ name: String, _ width: Int, _ height: Int) throws {
    let script = """
      import struct, sys, zlib
      name, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
      chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
      row = bytes(value for x in range(width) for value in (x * 255 // width, 90, 200))
      open(name, "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
          + chunk(b"IDAT", zlib.compress((b"\\0" + row) * height)) + chunk(b"IEND", b""))
      """
    let run = try Run(
      URL(filePath: "/usr/bin/env"), ["python3", "-c", script, name, "\(width)", "\(height)"], in: place.folder)
    try #require(run.status == 0, "\(run.errors)")
  }

  private func size(_ name: String) throws -> [Int] {
    let info = try PNGInfo(parsing: try place.bytes(name))
    return [info.width, info.height]
  }

  private func scale(_ arguments: String...) throws -> Run { try place.passmint(["template", "scale"] + arguments) }

  @Test func `makes the three scales in the size of the template's style`() throws {
    try draw("Hall.png", 2300, 900)
    let run = try scale("Hall.png", "--as", "strip", "--out", "small.pkpasstemplate")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors == "")
    #expect(run.output.split(separator: "\n").count == 3)
    #expect(run.output.contains("small.pkpasstemplate/strip@2x.png  750 x 196"))
    #expect(try size("small.pkpasstemplate/strip.png") == [375, 98])
    #expect(try size("small.pkpasstemplate/strip@2x.png") == [750, 196])
    #expect(try size("small.pkpasstemplate/strip@3x.png") == [1125, 294])
    let check = try place.passmint(["template", "check", "small.pkpasstemplate"])
    #expect(!check.output.contains("image"), "\(check.output)")

    try place.write(
      "coupon.pkpasstemplate/pass.json", Workplace.smallPass.replacing("eventTicket", with: "coupon"))
    #expect(try scale("Hall.png", "--as", "strip", "--out", "coupon.pkpasstemplate/").status == 0)
    #expect(try size("coupon.pkpasstemplate/strip@2x.png") == [750, 288])
  }

  @Test func `pictures that are chosen keep their name, and the pass takes them`() throws {
    try draw("strip-used.png", 1500, 600)
    let run = try scale("strip-used.png", "--out", "small.pkpasstemplate/images")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      place.files("small.pkpasstemplate/images") == ["strip-used.png", "strip-used@2x.png", "strip-used@3x.png"])
    #expect(try size("small.pkpasstemplate/images/strip-used@3x.png") == [1125, 294])
    try place.write(
      "small.pkpasstemplate/template.yaml", "images:\n  strip: '{% if pass.used %}strip-used{% endif %}'\n")
    try place.write("orders.csv", OrderRow.csv([OrderRow(0).with { $0.state = "CONTROLLED" }]))
    #expect(try place.issue("orders.csv").status == 0)
    let judged = try #require(try place.judge(["out/1001/50001.pkpass"], signatures: true).values.first)
    #expect(judged.problems == [])
    #expect(judged.files.contains("strip@3x.png"))
    #expect(try scale("strip-used.png", "--as", "logo", "--name", "crest", "--out", "crests").status == 0)
    #expect(place.files("crests") == ["crest.png", "crest@2x.png", "crest@3x.png"])
  }

  @Test func `never enlarges: says what is missing and how large the picture would have to be`() throws {
    try draw("strip.png", 800, 300)
    let run = try scale("strip.png", "--out", "small.pkpasstemplate")
    #expect(run.status == 1)
    #expect(run.errors.contains("strip@3x.png was not made: it takes a picture of 1125 x 422"), "\(run.errors)")
    #expect(place.files("small.pkpasstemplate").filter { $0.hasPrefix("strip") } == ["strip.png", "strip@2x.png"])
    try draw("tiny.png", 300, 90)
    let none = try scale("tiny.png", "--as", "strip", "--out", "elsewhere")
    #expect(none.status == 3)
    #expect(none.errors.contains("too small for strip"), "\(none.errors)")
    #expect(!place.exists("elsewhere"))
  }

  @Test func `replaces what is there only when told to, and leaves nothing behind`() throws {
    try draw("strip.png", 1500, 600)
    let before = try place.bytes("strip.png")
    let refused = try scale("strip.png")
    #expect(refused.status == 3)
    #expect(refused.errors.contains("--force"))
    #expect(try place.bytes("strip.png") == before)
    #expect(!place.exists("strip@2x.png"))
    let forced = try scale("strip.png", "--force")
    #expect(forced.status == 0)
    #expect(forced.errors.contains("--out"), "which style it was made for: \(forced.errors)")
    #expect(try size("strip.png") == [375, 144])
    #expect(place.files(".").filter { $0.contains("strip") } == ["strip.png", "strip@2x.png", "strip@3x.png"])
    // What is left of another picture is told.
    try draw("small.png", 800, 300)
    let mixed = try scale("small.png", "--as", "strip", "--force")
    #expect(mixed.status == 1)
    #expect(mixed.errors.contains("strip@3x.png is still there"))
  }

  @Test func `says what is wrong with the words it was given`() throws {
    try draw("hall.png", 1500, 600)
    for (arguments, word) in [
      (["hall.png"], "--as"), (["hall.png", "--as", "stripp"], "stripp"),
      (["hall.png", "--as", "venueMap"], "no size"),
      (["hall.png", "--as", "strip", "--name", "../up"], "../up"),
    ] {
      let run = try place.passmint(["template", "scale"] + arguments)
      #expect(run.status == 2, "\(arguments)")
      #expect(run.errors.contains(word), "\(run.errors)")
    }
    try place.write("strip.jpg", [0xFF, 0xD8, 0xFF, 0xE0])
    try place.write("strip-empty.png", [UInt8]())
    try place.write("strip-cut.png", try place.bytes("hall.png").dropLast(30).map { $0 })
    for (file, word) in [
      ("strip.jpg", "a JPEG"), ("strip-empty.png", "empty"), ("strip-cut.png", "breaks off"),
      ("strip-none.png", "no such"),
      ("small.pkpasstemplate", "cannot be read"),
    ] {
      let run = try scale(file, "--as", "strip", "--out", "none.pkpasstemplate")
      #expect(run.status == 3, "\(file)")
      #expect(run.errors.contains(word), "\(run.errors)")
    }
    #expect(try scale("hall.png", "--as", "strip", "--out", "none.pkpasstemplate").status == 3)
    #expect(!place.exists("none.pkpasstemplate"))
  }
}
