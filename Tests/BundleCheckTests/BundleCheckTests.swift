import Foundation
import PassBundle
import Passes
import Testing

@Suite("Checking bundles") struct BundleCheckTests {
  @Test func `a good pass`() throws {
    let report = try SamplePass.check(try SamplePass.archive.get())
    #expect(report.findings == [])
    #expect(report.kind == .pass)
    #expect(report.isAcceptable)
    #expect(report.signature?.isVerified == true)
    #expect(report.files["fr.lproj/pass.strings"] == SamplePass.files["fr.lproj/pass.strings"])
    let untrusted = BundleCheck.check(try SamplePass.archive.get(), name: "a.pkpass", now: SamplePass.now)
    #expect(untrusted.findings.map(\.code) == ["untrusted-issuer"])
    #expect(!untrusted.isAcceptable)
  }

  // MARK: - Manifest

  /// The signed pass with something done to it afterwards.
  private func codes(afterSigning change: (inout PassFiles) -> Void) throws -> [String] {
    var files = try Workshop.shared.get().signed(SamplePass.files)
    change(&files)
    return try SamplePass.codes(files)
  }

  /// A pass whose manifest was rewritten before it was signed.
  private func codes(manifest change: (String) -> String) throws -> [String] {
    var files = SamplePass.files
    let manifest = Array(change(String(decoding: try Workshop.manifest(of: files), as: UTF8.self)).utf8)
    files["manifest.json"] = manifest
    files["signature"] = try Workshop.shared.get().sign(manifest)
    return try SamplePass.codes(files)
  }

  @Test func `manifest and files must agree both ways`() throws {
    #expect(try codes { $0["fr.lproj/pass.strings"]?.append(0x0A) } == ["manifest-digest-mismatch"])
    #expect(try codes { $0["extra.txt"] = [1] } == ["manifest-unlisted-file"])
    #expect(try codes { $0["en.lproj/pass.strings"] = nil } == ["manifest-missing-file"])
    #expect(try codes { $0["manifest.json"]?.append(0x0A) } == ["signature-manifest-mismatch"])
    #expect(try codes { $0["manifest.json"] = nil } == ["manifest-missing"])
    #expect(try codes { $0["signature"] = nil } == ["signature-missing"])
    #expect(try codes { $0[".DS_Store"] = [1] } == ["manifest-unlisted-file", "stray-file"])
  }

  @Test func `manifests that are well signed and yet wrong`() throws {
    #expect(try codes { "[" + $0 + "]" } == ["manifest-malformed"])
    #expect(try codes { $0 + "," } == ["manifest-malformed"])
    #expect(try codes { $0.uppercased().replacing(".PNG\"", with: ".png\"") }.contains("manifest-missing-file"))
    #expect(
      try codes { $0.replacing(/"icon.png": "\w+"/, with: "\"icon.png\": \"\(String(repeating: "a", count: 64))\"") }
        == ["manifest-digest-malformed"])
    #expect(try codes { $0.replacing(/"icon.png": "\w+"/, with: "\"icon.png\": 7") } == ["manifest-digest-malformed"])
    #expect(
      try codes { $0.replacing("{", with: "{\"signature\": \"\(String(repeating: "0", count: 40))\",") } == [
        "manifest-lists-itself"
      ])
    #expect(
      try codes { $0.replacing("{", with: "{\"en.lproj/\": \"\(String(repeating: "0", count: 40))\",") } == [
        "manifest-missing-file"
      ])
    #expect(
      try codes { manifest in
        manifest.replacing(/"icon.png": "(\w+)"/) { "\"icon.png\": \"\($0.output.1.uppercased())\"" }
      } == ["manifest-digest-upper-case"])
  }

  @Test func `what the issuers of real passes do`() throws {
    let workshop = try Workshop.shared.get()
    func codes(_ change: (inout PassFiles) -> Void, options: [String] = ["-binary"], certificates: String? = "wwdr")
      throws -> [String]
    {
      var files = SamplePass.files
      change(&files)
      return try SamplePass.codes(try workshop.signed(files, certificates: certificates, options: options))
    }
    func pass(_ old: String, _ new: String) -> (inout PassFiles) -> Void {
      { $0["pass.json"] = Array(SamplePass.passJSON.replacing(old, with: new).utf8) }
    }
    #expect(try codes(pass("\"serialNumber\"", "\"backgroundColor\": \"#12aBcD\", \"serialNumber\"")) == [])
    #expect(try codes(pass("\"value\": \"title\"", "\"value\": \"title\", \"changeMessage\": \"\"")) == [])
    #expect(try codes(pass("\"serialNumber\"", "\"modID\": 7, \"serialNumber\"")) == [])
    #expect(
      try codes(pass("}]}}", "}, {\"key\": \"event\", \"value\": \"\"}]}}")) == [
        "field-key-duplicate", "too-many-fields",
      ])
    #expect(try codes(pass("}]}}", "}]},}")) == ["json-trailing-comma"])
    let asObject = { (files: inout PassFiles) in
      let json = SamplePass.passJSON.replacing("[{\"format\"", with: "{\"format\"").replacing(
        "00012345\"}]", with: "00012345\"}")
      files["pass.json"] = Array(json.utf8)
    }
    #expect(try codes(asObject) == ["wrong-type"])
    #expect(try codes({ $0[".DS_Store"] = [0, 0, 0, 1] }) == ["stray-file"])
    #expect(try codes({ _ in }, options: ["-binary", "-nodetach"]) == ["signature-attached"])
    #expect(try codes({ _ in }, certificates: nil) == ["intermediate-missing", "untrusted-issuer"])
    #expect(try codes({ _ in }, certificates: "chain") == [])
    #expect(try codes(pass("\"serialNumber\": \"0815\",", "")) == ["required-key-missing"])
  }

  // MARK: - Archives of passes

  @Test func `an archive of passes`() throws {
    let good = try SamplePass.archive.get()
    var second = SamplePass.files
    second["pass.json"] = Array(
      SamplePass.passJSON.replacing("0815", with: "0816").replacing("\"Ticket\"", with: "7").utf8)
    let other = try Workshop.zip(try Workshop.shared.get().signed(second))
    let archive = try Workshop.zip(PassFiles(["1.pkpass": good, "2.pkpass": other, "note.txt": [1]]))
    let report = try SamplePass.check(archive, name: "order.pkpasses")
    #expect(report.kind == .passes)
    #expect(report.passes.map(\.name) == ["1.pkpass", "2.pkpass"])
    #expect(report.passes.map(\.isAcceptable) == [true, false])
    #expect(report.findings.map(\.code) == ["bundle-stray-file", "wrong-type"])
    #expect(report.findings.last?.place.file == "2.pkpass/pass.json")

    var eleven = PassFiles()
    for number in 1...11 { eleven["\(number).pkpass"] = good }
    let codes = try SamplePass.check(try Workshop.zip(eleven), name: "order.pkpasses").findings.map(\.code)
    #expect(codes.count { $0 == "bundle-too-many-passes" } == 1)
    #expect(codes.count { $0 == "bundle-duplicate-serial" } == 10)
    let single = try SamplePass.check(good, name: "order.pkpasses")
    #expect(single.findings.map(\.code) == ["bundle-is-single-pass"])
  }

  // MARK: - Folders

  @Test func `folders of passes and templates`() throws {
    try Workshop.inTemporaryFolder { folder in
      let pass = folder.appending(path: "concert.pass")
      try Workshop.write(SamplePass.files, to: pass)
      let unsigned = try BundleCheck.check(path: pass.path, trust: try SamplePass.trust(), now: SamplePass.now)
      #expect(unsigned.kind == .folder)
      #expect(unsigned.findings == [])

      try Workshop.write(try Workshop.shared.get().signed(SamplePass.files), to: pass)
      let signed = try BundleCheck.check(path: pass.path, trust: try SamplePass.trust(), now: SamplePass.now)
      #expect(signed.findings == [])
      #expect(signed.signature?.isVerified == true)

      var template = SamplePass.files
      template["pass.json"] = Array("{\"serialNumber\": \"{{ pass.serial_number }}\"}".utf8)
      template["template.yaml"] = Array("name: concert".utf8)
      template["fr.lproj/pass.strings"] = []
      try Workshop.write(template, to: folder.appending(path: "concert.pkpasstemplate"))
      let report = try BundleCheck.check(
        path: folder.appending(path: "concert.pkpasstemplate").path, now: SamplePass.now)
      #expect(report.kind == .template)
      // The template says neither who issues nor what it is; and one of its languages lacks a key.
      #expect(
        report.findings.map(\.code) == ["required-key-missing", "required-key-missing", "strings-incomplete"])
    }
  }

  @Test func `a mistake in a template is told once, and what stays out of passes not at all`() throws {
    try Workshop.inTemporaryFolder { folder in
      var template = SamplePass.files
      template["tooling.json"] = Array("{}".utf8)
      template["samples/one.json"] = Array(#"{"ticket": {"id": "1", "barcode": "0001"}}"#.utf8)
      template["pass.json"] = Array(
        SamplePass.passJSON.replacing("\"00012345\"", with: "\"{{ ticket.barcode }}\"").utf8)
      template[".DS_Store"] = [0]
      let path = folder.appending(path: "mine.pkpasstemplate")
      try Workshop.write(template, to: path)
      #expect(try BundleCheck.check(path: path.path, now: SamplePass.now).findings == [])
      template["fr.lproj/pass.strings"] = Array("\"title\" = \"x\"".utf8)
      try Workshop.write(template, to: path)
      let findings = try BundleCheck.check(path: path.path, now: SamplePass.now).findings
      #expect(findings.map(\.code) == ["strings-syntax"])
      #expect(findings.first?.place.line == 1)
    }
  }

  @Test func `folders that are no pass`() throws {
    try Workshop.inTemporaryFolder { folder in
      let empty = try BundleCheck.check(path: folder.path, now: SamplePass.now)
      #expect(empty.findings.map(\.code) == ["pass-json-missing", "icon-missing"])
      var deep = PassFiles()
      deep[(0..<20).map { "level\($0)/" }.joined() + "file"] = [1]
      try Workshop.write(deep, to: folder.appending(path: "deep"))
      let report = try BundleCheck.check(path: folder.appending(path: "deep").path, now: SamplePass.now)
      #expect(report.findings.first?.code == "folder-too-large")
      var many = PassFiles()
      for number in 0..<1001 { many["\(number)"] = [] }
      try Workshop.write(many, to: folder.appending(path: "many"))
      let full = try BundleCheck.check(path: folder.appending(path: "many").path, now: SamplePass.now)
      #expect(full.findings.count { $0.code == "folder-too-large" } == 1)
    }
  }

  @Test func `links are not followed out of a folder`() throws {
    try Workshop.inTemporaryFolder { folder in
      let pass = folder.appending(path: "pass")
      try Workshop.write(SamplePass.files, to: pass)
      try Data("secret".utf8).write(to: folder.appending(path: "secret.txt"))
      let manager = FileManager.default
      try manager.createSymbolicLink(atPath: pass.appending(path: "out.txt").path, withDestinationPath: "../secret.txt")
      try manager.createSymbolicLink(atPath: pass.appending(path: "loop").path, withDestinationPath: ".")
      try manager.createSymbolicLink(atPath: pass.appending(path: "inside.txt").path, withDestinationPath: "pass.json")
      let report = try BundleCheck.check(path: pass.path, now: SamplePass.now)
      #expect(report.findings.map(\.code) == ["folder-symlink", "folder-symlink"])
      #expect(report.files["out.txt"] == nil)
      #expect(report.files["inside.txt"] == SamplePass.files["pass.json"])
    }
  }

  @Test func `paths that lead nowhere are the caller's affair`() throws {
    #expect(throws: BundleCheckError.notFound("/no/such/pass.pkpass")) {
      try BundleCheck.check(path: "/no/such/pass.pkpass", now: 0)
    }
    #expect(throws: BundleCheckError.notAFile("/dev/null")) { try BundleCheck.check(path: "/dev/null", now: 0) }
    try Workshop.inTemporaryFolder { folder in
      let file = folder.appending(path: "roots.pem")
      let pem = try Workshop.shared.get().pem
      try Data((pem["leaf.key"] ?? []) + (pem["root.pem"] ?? []) + (pem["other.pem"] ?? [])).write(to: file)
      // A private key in front is passed over.
      #expect(try BundleCheck.trustedCertificates(path: file.path).map(\.commonName) == ["Example Root", "Other Root"])
      try Data("none".utf8).write(to: file)
      #expect(throws: BundleCheckError.noCertificate(file.path)) {
        try BundleCheck.trustedCertificates(path: file.path)
      }
    }
  }
}
