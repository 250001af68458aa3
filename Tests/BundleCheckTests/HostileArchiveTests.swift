import PassBundle
import Passes
import Testing

@Suite("Hostile archives") struct HostileArchiveTests {
  private func codes(_ bytes: [UInt8], name: String = "x.pkpass") throws -> [String] {
    try SamplePass.check(bytes, name: name).findings.map(\.code)
  }

  // MARK: - Not an archive

  static let others: [(bytes: [UInt8], code: String, word: String)] = [
    ([], "archive-empty", "empty"), ([0x1F, 0x8B, 8, 0, 0], "archive-not-zip", "gzip"),
    (Array("<!DOCTYPE html><html><body>Login</body>".utf8), "archive-not-zip", "HTML"),
    (Array("\n\n<HTML>".utf8), "archive-not-zip", "HTML"),
    (Array("  {\"formatVersion\": 1}".utf8), "archive-not-zip", "JSON"),
    (Array("%PDF-1.7".utf8), "archive-not-zip", "zip"), ([0x50, 0x4B, 3, 4, 0, 0], "archive-truncated", "cut"),
    ([0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18), "archive-empty", "no entries"),
    ([UInt8](repeating: 0, count: 70_000), "archive-not-zip", "zip"),
  ]

  @Test(arguments: others) func `files that are something else`(_ other: (bytes: [UInt8], code: String, word: String))
    throws
  {
    let report = try SamplePass.check(other.bytes)
    let finding = try #require(report.findings.first)
    #expect(finding.code == other.code)
    #expect((finding.message + finding.hint).contains(other.word))
    #expect(finding.severity == .error)
  }

  // MARK: - Made to do harm

  static let made: [(name: String, python: String, code: String)] = [
    ("parent", "z.writestr('../evil.txt', 'x')", "archive-path-unsafe"),
    ("absolute", "z.writestr('/etc/evil', 'x')", "archive-path-unsafe"),
    ("backslash", "z.writestr('a\\\\b.txt', 'x')", "archive-path-unsafe"),
    ("drive", "z.writestr('C:evil.txt', 'x')", "archive-path-unsafe"),
    ("dot", "z.writestr('a/./b', 'x')", "archive-path-unsafe"),
    ("control", "z.writestr('a\\x1b[31mred', 'x')", "archive-path-unsafe"),
    ("long", "z.writestr('n' * 2000, 'x')", "archive-path-unsafe"),
    ("duplicate", "z.writestr('pass.json', '{}')", "archive-duplicate-entry"),
    ("case", "z.writestr('PASS.json', '{}')", "archive-case-duplicate"),
    ("composed", "z.writestr('\\u00e9.txt', 'x'); z.writestr('e\\u0301.txt', 'y')", "archive-duplicate-entry"),
    ("folder", "z.writestr('empty/', '')", "archive-directory-entry"),
    ("bzip2", "z.writestr('b.txt', 'x' * 100, zipfile.ZIP_BZIP2)", "archive-compression-unsupported"),
    ("lzma", "z.writestr('l.txt', 'x' * 100, zipfile.ZIP_LZMA)", "archive-compression-unsupported"),
    ("bomb", "z.writestr('bomb', b'\\0' * (20 << 20))", "archive-bomb"),
    (
      "symlink",
      "i = zipfile.ZipInfo('link'); i.create_system = 3; i.external_attr = 0o120777 << 16; z.writestr(i, '/etc/passwd')",
      "archive-symlink"
    ),
    ("large", "z.writestr('big', os.urandom(1 << 20) * 51)", "archive-too-large"),
    ("many", "[z.writestr('f%d' % n, '') for n in range(1100)]", "archive-too-many-entries"),
  ]

  @Test(arguments: made) func `entries made by Python`(_ made: (name: String, python: String, code: String)) throws {
    let bytes = try Workshop.archive(
      SamplePass.files,
      python: """
        import warnings
        warnings.simplefilter('ignore')
        with zipfile.ZipFile('out.zip', 'w', zipfile.ZIP_DEFLATED) as z:
            for name in ['pass.json', 'icon.png']:
                z.write('pass/' + name, name)
            \(made.python)
        """)
    let report = try SamplePass.check(bytes)
    #expect(report.findings.contains { $0.code == made.code }, "\(report.findings.map(\.code))")
    for path in report.files.sortedPaths {
      #expect(!path.contains("..") && !path.contains("\\") && !path.hasPrefix("/"))
    }
    for finding in report.findings { #expect(!"\(finding.place)\(finding.message)".contains("\u{1B}")) }
  }

  @Test func `seventy thousand entries`() throws {
    let bytes = try Workshop.archive(
      python: """
        with zipfile.ZipFile('out.zip', 'w') as z:
            for n in range(70000):
                z.writestr(str(n), '')
        """)
    #expect(try codes(bytes) == ["archive-too-many-entries"])
  }

  @Test func `names with a zero byte, or not in UTF-8, or encrypted entries`() throws {
    func patched(_ script: String) throws -> [String] {
      try codes(
        try Workshop.archive(
          python: """
            b = io.BytesIO()
            with zipfile.ZipFile(b, 'w') as z:
                z.writestr('pass.json', '{}')
                z.writestr('evilXtxt', 'content')
            d = b.getvalue()
            \(script)
            open('out.zip', 'wb').write(d)
            """))
    }
    #expect(try patched("d = d.replace(b'evilXtxt', b'evil\\x00txt')").contains("archive-path-unsafe"))
    #expect(try patched("d = d.replace(b'evilXtxt', b'evil\\xfftxt')").contains("archive-name-not-utf8"))
    // Bit 0 of the flags in the central and the local header: encrypted.
    let encrypted =
      "l = d.index(b'PK\\x03\\x04', 10); c = d.rindex(b'PK\\x01\\x02'); d = bytearray(d); d[l + 6] |= 1; d[c + 8] |= 1; d = bytes(d)"
    #expect(try patched(encrypted).contains("archive-encrypted"))
    // Another name in the local header than in the table at the end.
    #expect(try patched("d = d.replace(b'evilXtxt', b'pass.jsn', 1)").contains("archive-inconsistent"))
    // The check sum of the content.
    #expect(try patched("d = d.replace(b'content', b'CONTENT')").contains("archive-entry-corrupt"))
  }

  @Test func `figures at the end that promise too much`() throws {
    let good = try SamplePass.archive.get()
    let end = good.count - 22
    for (offset, bytes) in [
      (10, [0xFF, 0xFE]), (8, [0xFF, 0xFF, 0xFF, 0xFF]), (12, [0xFF, 0xFF, 0xFF, 0x7F]),
      (16, [0xFF, 0xFF, 0xFF, 0xFF]),
    ] as [(Int, [UInt8])] {
      var spoiled = good
      spoiled.replaceSubrange(end + offset..<end + offset + bytes.count, with: bytes)
      let report = try SamplePass.check(spoiled)
      #expect(!report.isAcceptable)
    }
  }

  @Test func `a zip64 end record cannot smuggle in a count`() throws {
    let bytes = try Workshop.archive(
      python: """
        b = io.BytesIO()
        with zipfile.ZipFile(b, 'w') as z:
            z.writestr('pass.json', '{}')
        d = b.getvalue(); e = d.rindex(b'PK\\x05\\x06')
        size, offset = struct.unpack('<II', d[e + 12:e + 20])
        wide = struct.pack('<4sQHHIIQQQQ', b'PK\\x06\\x06', 44, 45, 45, 0, 0, 1 << 40, 1 << 40, size, offset)
        locator = struct.pack('<4sIQI', b'PK\\x06\\x07', 0, e, 1)
        d = d[:e] + wide + locator + d[e:e + 8] + b'\\xff' * 12 + d[e + 20:]
        open('out.zip', 'wb').write(d)
        """)
    #expect(try codes(bytes) == ["archive-too-many-entries"])
  }

  @Test func `a pass inside a folder is named and still looked at`() throws {
    let files = try Workshop.shared.get().signed(SamplePass.files)
    var nested = PassFiles()
    for (path, bytes) in files.contents { nested["concert/" + path] = bytes }
    let report = try SamplePass.check(try Workshop.zip(nested))
    #expect(report.findings.map(\.code) == ["pass-json-in-folder"])
    #expect(report.findings.first?.message.contains("concert/") == true)
  }

  @Test func `a bomb of passes inside passes`() throws {
    let bytes = try Workshop.archive(
      python: """
        b = io.BytesIO()
        with zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED) as z:
            z.writestr('pass.json', '{}')
            for n in range(200):
                z.writestr('%d' % n, os.urandom(9000) * 110)
        with zipfile.ZipFile('out.zip', 'w') as z:
            for n in range(30):
                z.writestr('%d.pkpass' % n, b.getvalue())
        """)
    let report = try SamplePass.check(bytes, name: "x.pkpasses")
    #expect(report.findings.contains { $0.code == "bundle-not-checked-whole" })
    let inflated = report.passes.reduce(0) { $0 + $1.files.contents.values.reduce(0) { $0 + $1.count } }
    #expect(inflated <= 450 << 20)
  }

  // MARK: - Damage

  @Test func `cut off anywhere`() throws {
    let good = try SamplePass.archive.get()
    let trust = try SamplePass.trust()
    for length in stride(from: 0, to: good.count, by: 7) {
      let report = BundleCheck.check(Array(good.prefix(length)), name: "x", trust: trust, now: SamplePass.now)
      #expect(!report.isAcceptable, "cut to \(length) bytes")
    }
  }

  /// Whatever byte of the archive is changed: nothing crashes, and no file comes out changed without a finding.
  @Test func `two thousand damaged variants`() throws {
    let good = try SamplePass.archive.get()
    let goodFiles = try SamplePass.check(good).files
    let trust = try SamplePass.trust()
    let now = SamplePass.now
    var numbers = SeededNumbers(state: 2026)
    for variant in 0..<2000 {
      var spoiled = good
      for _ in 0...Int.random(in: 0..<4, using: &numbers) {
        spoiled[Int.random(in: 0..<spoiled.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
      }
      let report = BundleCheck.check(spoiled, name: "x", trust: trust, now: now)
      if report.findings.isEmpty { #expect(report.files == goodFiles, "variant \(variant)") }
    }
  }

  // MARK: - Inside

  static let contents: [(path: String, bytes: [UInt8])] = [
    ("pass.json", Array(String(repeating: "[", count: 200_000).utf8)),
    ("pass.json", Array("{\"formatVersion\": 1e999, \"maxDistance\": \(String(repeating: "9", count: 5000))}".utf8)),
    ("pass.json", Array("{\"a\": ".utf8) + [0xFF, 0xFE] + Array("}".utf8)),
    ("pass.json", [0xFF, 0xFE, 0x7B, 0, 0x7D, 0]),
    (
      "pass.json",
      Array(
        "{\"eventTicket\": {\"auxiliaryFields\": [{\"key\": \"\\u0000\\u202e\", \"value\": 1, \"row\": 99999999999999999999}]}}"
          .utf8)
    ),
    (
      "pass.json",
      Array(
        "{\"relevantDates\": [{\"startDate\": \"0000-00-00T99:99Z\", \"endDate\": \"9999-12-31T23:59:59.999999999999999999999Z\"}]}"
          .utf8)
    ),
    (
      "pass.json",
      Array("{\"barcodes\": [{\"message\": \"\\ud83c\\udfab\", \"messageEncoding\": \"\", \"format\": \"\"}]}".utf8)
    ),
    ("manifest.json", Array(String(repeating: "{\"a\":", count: 100_000).utf8)),
    ("manifest.json", [0xC3, 0x28]),
    ("signature", [UInt8](repeating: 0x30, count: 10_000)),
    ("signature", [0x30, 0x80] + [UInt8](repeating: 0x24, count: 4000)),
    ("en.lproj/pass.strings", [0xFE, 0xFF, 0xD8]),
    ("en.lproj/pass.strings", Array(String(repeating: "/*", count: 50_000).utf8)),
    ("icon.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF]),
    ("personalization.json", [0]),
  ]

  @Test(arguments: contents) func `content made to hurt a reader`(_ content: (path: String, bytes: [UInt8])) throws {
    var files = try Workshop.shared.get().signed(SamplePass.files)
    files[content.path] = content.bytes
    let report = try SamplePass.check(try Workshop.zip(files))
    #expect(!report.isAcceptable)
    for finding in report.findings {
      let text = "\(finding.place) \(finding.message) \(finding.hint)"
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }
  }
}
