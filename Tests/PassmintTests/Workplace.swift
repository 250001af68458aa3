import Foundation
import JSON
import Testing

/// A fresh folder with certificates and a small template, and the built program to run in it.
final class Workplace {
  let folder: URL

  init() throws {
    folder = URL.temporaryDirectory.appending(path: "passmint-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "certificates"), withDestinationURL: try Self.certificates.get())
    try write("small.pkpasstemplate/pass.json", Self.smallPass)
    for icon in ["icon.png", "icon@2x.png", "icon@3x.png"] {
      try FileManager.default.copyItem(
        at: Self.templates.appending(path: "concert.pkpasstemplate/\(icon)"),
        to: folder.appending(path: "small.pkpasstemplate/\(icon)"))
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  // MARK: Places

  static let templates = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../templates")
    .standardizedFileURL

  /// The program under test lies beside the test bundle.
  static let program: URL = {
    let bundle = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
    let candidates = [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent(), bundle]
    return candidates.compactMap { $0?.appending(path: "passmint") }.first {
      FileManager.default.isExecutableFile(atPath: $0.path)
    } ?? bundle.appending(path: "passmint")
  }()

  /// One set of example certificates, in a folder that stays until the tests end.
  private static let certificates = Result {
    atexit { try? FileManager.default.removeItem(at: Workplace.certificatesFolder) }
    let run = try Run(program, ["certs", "example", certificatesFolder.path], in: .temporaryDirectory)
    try #require(run.status == 0, "certs example: \(run.errors)")
    return certificatesFolder
  }

  private static let certificatesFolder = URL.temporaryDirectory.appending(path: "passmint-certificates-\(getpid())")

  /// A pass with next to nothing on it, so that thousands are made in a second or two.
  static let smallPass = """
    {
      "formatVersion": 1,
      "passTypeIdentifier": "pass.org.example.tickets",
      "teamIdentifier": "EXAMPLE123",
      "serialNumber": "{{ pass.serial_number }}",
      "organizationName": "Sorana",
      "description": "Ticket",
      "barcodes": [{
        "format": "PKBarcodeFormatQR", "message": "{{ ticket.barcode }}", "messageEncoding": "iso-8859-1",
        "altText": "{{ ticket.barcode }}" }],
      "eventTicket": {
        "primaryFields": [{ "key": "event", "label": "Event", "value": "{{ event.name }}" }],
        "secondaryFields": [
          { "key": "seat", "label": "Seat", "value": "{{ seat.number }}", "changeMessage": "Seat %@" },
          { "key": "holder", "label": "Name", "value": "{{ holder.name }}" }
        ]
      }
    }

    """

  // MARK: Running

  @discardableResult
  func passmint(_ arguments: [String], input: String? = nil, environment: [String: String] = [:]) throws -> Run {
    try Run(Self.program, arguments, in: folder, input: input, environment: environment)
  }

  /// Issues with the small template into `out`.
  @discardableResult
  func issue(_ inputs: String..., with options: [String] = [], input: String? = nil) throws -> Run {
    try passmint(issueArguments(inputs, options), input: input)
  }

  func issueArguments(_ inputs: [String], _ options: [String] = []) -> [String] {
    var arguments = ["issue"] + inputs
    for (option, value) in [
      ("--template", "small.pkpasstemplate"), ("--identity", "certificates"), ("--out", "out"),
      ("--time-zone", "Europe/Paris"),
    ] where !options.contains(option) { arguments += [option, value] }
    return arguments + options
  }

  // MARK: Files

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ name: String, _ text: String) throws { try write(name, [UInt8](text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// All files below a folder, by path in it.
  func files(_ name: String = "out") -> [String] {
    guard let all = FileManager.default.enumerator(atPath: path(name)) else { return [] }
    var found: [String] = []
    while let file = all.nextObject() as? String {
      if all.fileAttributes?[.type] as? FileAttributeType != .typeDirectory { found.append(file) }
    }
    return found.sorted()
  }

  func passes(_ name: String = "out") -> [String] { files(name).filter { $0.hasSuffix(".pkpass") } }

  /// Every file's bytes, to compare folders.
  func contents(_ name: String = "out") throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for file in files(name) { contents[file] = try bytes("\(name)/\(file)") }
    return contents
  }

  /// Which file stands there, and when it was last written.
  func marks(_ name: String = "out") -> [String: [Int]] {
    var marks: [String: [Int]] = [:]
    for file in files(name) {
      var status = stat()
      stat(path("\(name)/\(file)"), &status)
      marks[file] = [Int(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }
    return marks
  }

  /// The rows of `passes.csv` without its header.
  func table(_ name: String = "out") throws -> [[String]] {
    try text("\(name)/passes.csv").split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
