import Foundation
import Passes
import Testing
import Tickets
import ZonedTime

@testable import PassBundle

@Suite("A sealed pass")
struct SealingTests {
  static let certificates = Result { try ExampleCertificates(now: 1_800_000_000) }
  static let signingTime: Int64 = 1_800_037_800

  private func identity() throws -> SigningIdentity { try Self.certificates.get().identity }

  /// Contents as a template makes them: shared files, and rendered ones among them in the order of paths.
  private func contents(
    _ assets: PassAssets, serial: String, extra: [PassAssets.File] = []
  ) -> PassContents {
    let json = PassAssets.File(path: "pass.json", bytes: Array("{\"serialNumber\":\"\(serial)\"}".utf8))
    return PassContents(
      assets: assets, rendered: (extra + [json]).sorted { $0.path < $1.path }, serialNumber: serial, isVoided: false)
  }

  private func assets() -> PassAssets {
    var noise = SystemRandomNumberGenerator()
    return PassAssets(
      PassFiles([
        "icon.png": (0..<30_000).map { _ in UInt8.random(in: 0...255, using: &noise) },
        "strip.png": (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &noise) },
        "empty.png": [], "small.png": [7], "fr.lproj/pass.strings": Array("\"a\" = \"b\";\n".utf8),
      ]))
  }

  @Test(arguments: [0, 1_800_037_800, 2_524_607_999, 2_524_608_000, 4_102_444_800])
  func `has the signature that OpenSSL's CMS gives for the same time`(time: Int64) throws {
    let identity = try identity()
    let layout = try SignatureLayout(identity: identity, signingTime: 1_000_000_000)
    for manifest in ["{}", String(repeating: "x", count: 10_000), ""] {
      let bytes = Array(manifest.utf8)
      #expect(
        try layout.sign(manifest: bytes, at: time)
          == SignatureLayout.cmsSignature(of: bytes, identity: identity, time: time))
    }
  }

  @Test func `has the same bytes for the same input and time, whatever was sealed between`() throws {
    let identity = try identity()
    let sealer = try Sealer(identity: identity)
    let assets = assets()
    let first = contents(assets, serial: "one")
    let longer = contents(
      assets, serial: "a much longer serial number",
      extra: [.init(path: "fr.lproj/pass.strings", bytes: Array("\"a\" = \"c\";\n".utf8))])
    let original = try sealer.seal(first, at: Self.signingTime)
    _ = try sealer.seal(longer, at: Self.signingTime)
    #expect(try sealer.seal(first, at: Self.signingTime) == original)
    _ = try sealer.seal(contents(self.assets(), serial: "other"), at: Self.signingTime)
    #expect(try sealer.seal(first, at: Self.signingTime) == original)
    #expect(try Sealer(identity: identity).seal(first, at: Self.signingTime) == original)
    #expect(try sealer.seal(first, at: Self.signingTime + 1) != original)
  }

  @Test func `has the same bytes whichever pictures were sealed between`() throws {
    let identity = try identity()
    let own = assets()
    let sets = (0..<700).map { number in
      var files = PassFiles(Dictionary(uniqueKeysWithValues: own.files.map { ($0.path, $0.bytes) }))
      // Longer and shorter, so that what follows moves to and fro.
      files["strip.png"] = [UInt8](repeating: UInt8(number % 251), count: number) + (own.files[0].bytes)
      files["strip@2x.png"] = number.isMultiple(of: 3) ? nil : [UInt8(number % 256)]
      return PassAssets(files)
    }
    let sealer = try Sealer(identity: identity, prepared: PreparedAssets(own))
    let alone = try [0, 1, 2, 699].map { number in
      try Sealer(identity: identity).seal(contents(sets[number], serial: "\(number)"), at: Self.signingTime)
    }
    let first = try sealer.seal(contents(own, serial: "own"), at: Self.signingTime)
    for _ in 0..<2 {
      for (pass, number) in zip(alone, [0, 1, 2, 699]) {
        #expect(try sealer.seal(contents(sets[number], serial: "\(number)"), at: Self.signingTime) == pass)
      }
      #expect(try sealer.seal(contents(own, serial: "own"), at: Self.signingTime) == first)
      // More than a sealer keeps.
      for set in sets {
        _ = try [UInt8]().withUnsafeBytes { raw in try sealer.isCurrent(raw, contents(set, serial: "x")) }
      }
    }
  }

  @Test func `changes with a picture`() throws {
    let sealer = try Sealer(identity: identity())
    let own = assets()
    var files = PassFiles(Dictionary(uniqueKeysWithValues: own.files.map { ($0.path, $0.bytes) }))
    files["strip.png"]?[99] ^= 1
    let pass = contents(own, serial: "one")
    let other = contents(PassAssets(files), serial: "one")
    let sealed = try sealer.seal(pass, at: Self.signingTime)
    for _ in 0..<2 {
      #expect(try sealed.bytes.withUnsafeBytes { raw in try !sealer.isCurrent(raw, other) })
      #expect(try sealed.bytes.withUnsafeBytes { raw in try sealer.isCurrent(raw, pass) })
    }
  }

  @Test func `is deflated once, whatever else passes have`() throws {
    let known = DeflatedFiles()
    let own = try PreparedAssets(assets(), known: known)
    var files = PassFiles(Dictionary(uniqueKeysWithValues: own.assets.files.map { ($0.path, $0.bytes) }))
    files["strip.png"] = [1, 2, 3]
    let other = try PreparedAssets(PassAssets(files), known: known)
    for (one, two) in zip(own.separateFiles(), other.separateFiles()) {
      #expect((one.deflated.baseAddress == two.deflated.baseAddress) == (one.path != "strip.png"), "\(one.path)")
    }
    // A voided pass is made once; nobody asks for its files again.
    let bytes: [UInt8] = [9, 9, 9]
    #expect(try known.deflated(bytes, keeps: false) !== known.deflated(bytes, keeps: false))
  }

  @Test func `made void takes the template's picture for it, and keeps what the template has none for`() throws {
    let sealer = try Sealer(identity: identity())
    let sealed = try sealer.seal(contents(assets(), serial: "one"), at: Self.signingTime)
    let picture = Picture(name: "void", files: ["@2x.png": [5]])
    let voided = try #require(
      PassContents(voiding: sealed.bytes, serialNumber: "one", pictures: [.strip: picture]))
    #expect(voided.files["strip@2x.png"] == [5])
    #expect(voided.files["strip.png"] == nil)
    #expect(voided.files["small.png"] == [7])
    #expect(PassContents(voiding: sealed.bytes, serialNumber: "one")?.files["strip.png"] != nil)
    #expect(PassContents(voiding: sealed.bytes, serialNumber: "two") == nil)
  }

  @Test func `is recognised as current, and nothing else is`() throws {
    let sealer = try Sealer(identity: identity())
    let assets = assets()
    let pass = contents(assets, serial: "one")
    let sealed = try sealer.seal(pass, at: Self.signingTime)
    func isCurrent(_ bytes: [UInt8], _ contents: PassContents) throws -> Bool {
      try bytes.withUnsafeBytes { raw in try sealer.isCurrent(raw, contents) }
    }
    #expect(try isCurrent(sealed.bytes, pass))
    #expect(try isCurrent(sealer.seal(pass, at: Self.signingTime + 99).bytes, pass))
    #expect(try !isCurrent(sealed.bytes, contents(assets, serial: "two")))
    #expect(try !isCurrent([], pass))
    #expect(try !isCurrent(Array(sealed.bytes.dropLast()), pass))
    let everywhere = stride(from: 0, to: sealed.bytes.count, by: 997)
    let atTheEnd = sealed.bytes.count - 4000..<sealed.bytes.count
    for offset in Array(everywhere) + Array(atTheEnd) {
      var damaged = sealed.bytes
      damaged[offset] ^= 1
      #expect(try !isCurrent(damaged, pass), "a flipped bit at \(offset)")
    }
    let other = try ExampleCertificates(now: 1_800_000_000).identity
    #expect(try !isCurrent(Sealer(identity: other).seal(pass, at: Self.signingTime).bytes, pass))
  }

  @Test func `is accepted by openssl, unzip and Python`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sealing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let certificates = try Self.certificates.get()
    try Data(certificates.root.pem).write(to: folder.appending(path: "root.pem"))
    let sealer = try Sealer(identity: certificates.identity)
    let assets = assets()
    for number in 0..<3 {
      let strings = PassAssets.File(path: "de.lproj/pass.strings", bytes: Array("\"ä\" = \"\(number)\";\n".utf8))
      let pass = contents(assets, serial: "serial \(number)", extra: number == 1 ? [strings] : [])
      let file = folder.appending(path: "\(number).pkpass")
      try Data(sealer.seal(pass, at: Self.signingTime).bytes).write(to: file)
      let judged = try run("/usr/bin/env", ["python3", "-c", Self.judge, file.path, folder.path])
      #expect(judged.status == 0, "\(judged.output)")
      let tested = try run("/usr/bin/env", ["unzip", "-t", "-qq", file.path])
      #expect(tested.status == 0, "\(tested.output)")
      let verified = try run(
        "/usr/bin/env",
        [
          "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder.appending(path: "signature").path,
          "-content", folder.appending(path: "manifest.json").path, "-CAfile", folder.appending(path: "root.pem").path,
          "-purpose", "any", "-attime", "\(Self.signingTime)", "-out", "/dev/null",
        ])
      #expect(verified.status == 0, "\(verified.output)")
    }
  }

  /// Recomputes every hash with Python's standard library and takes manifest and signature out for openssl.
  private static let judge = """
    import hashlib, json, sys, zipfile
    archive = zipfile.ZipFile(sys.argv[1])
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len(set(names))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest) == set(names) - {"manifest.json", "signature"}, names
    for name, digest in manifest.items():
        assert hashlib.sha1(archive.read(name)).hexdigest() == digest, name
    for info in archive.infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0), info
    for name in ("manifest.json", "signature"):
        open(sys.argv[2] + "/" + name, "wb").write(archive.read(name))
    """
}

func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
