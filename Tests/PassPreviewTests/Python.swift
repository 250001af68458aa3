import Foundation
import Testing

/// The scripts beside these tests, run by the Python that has what they need (`make test` makes it).
enum Python {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  /// Runs a script to its end.
  ///
  /// - Returns: what it said on its standard output.
  static func run(_ script: String, _ arguments: [String] = [], input: [UInt8] = []) throws -> [UInt8] {
    let said = URL.temporaryDirectory.appending(path: "passmint-python-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: said, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: said) }
    // Files, so that neither side waits for the other to read.
    for (name, bytes) in [("input", input), ("output", []), ("errors", [])] {
      try Data(bytes).write(to: said.appending(path: name))
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3", folder.appending(path: script).path]
      + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: said.appending(path: "input"))
    process.standardOutput = try FileHandle(forWritingTo: said.appending(path: "output"))
    process.standardError = try FileHandle(forWritingTo: said.appending(path: "errors"))
    try process.run()
    process.waitUntilExit()
    let errors = String(decoding: try Data(contentsOf: said.appending(path: "errors")), as: UTF8.self)
    try #require(process.terminationStatus == 0, "\(script): \(errors)")
    return [UInt8](try Data(contentsOf: said.appending(path: "output")))
  }
}
