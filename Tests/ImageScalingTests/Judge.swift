import Foundation
import Testing

/// Pillow, which made none of the images and reads them all.
enum Judge {
  /// An image as Pillow sees it.
  struct Seen {
    /// `RGB`, `RGBA`, `L`, …
    let mode: String
    let width: Int
    let height: Int
    let rgba: [UInt8]

    func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(rgba[(y * width + x) * 4..<(y * width + x) * 4 + 4]) }
  }

  static func make(_ mode: String, _ width: Int, _ height: Int, _ pixels: [UInt8], _ options: String...) throws
    -> [UInt8]
  {
    try run(["make", mode, "\(width)", "\(height)"] + options, input: pixels)
  }

  static func forge(_ width: Int, _ height: Int) throws -> [UInt8] { try run(["forge", "\(width)", "\(height)"]) }

  static func read(_ image: [UInt8]) throws -> Seen {
    let said = try run(["read"], input: image)
    let end = try #require(said.firstIndex(of: 0x0A))
    let words = String(decoding: said[..<end], as: UTF8.self).split(separator: " ")
    return Seen(
      mode: String(words[0]), width: try #require(Int(words[1])), height: try #require(Int(words[2])),
      rgba: Array(said[(end + 1)...]))
  }

  /// Runs `judge.py` with the Python that `make test` prepares.
  private static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    let said = URL.temporaryDirectory.appending(path: "passmint-scaling-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: said, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: said) }
    // Files, so that neither side waits for the other to read.
    for (name, bytes) in [("input", input), ("output", []), ("errors", [])] {
      try Data(bytes).write(to: said.appending(path: name))
    }
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "judge.py")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3", script.path] + arguments
    process.standardInput = try FileHandle(forReadingFrom: said.appending(path: "input"))
    process.standardOutput = try FileHandle(forWritingTo: said.appending(path: "output"))
    process.standardError = try FileHandle(forWritingTo: said.appending(path: "errors"))
    try process.run()
    process.waitUntilExit()
    let errors = String(decoding: try Data(contentsOf: said.appending(path: "errors")), as: UTF8.self)
    try #require(process.terminationStatus == 0, "judge.py: \(errors)")
    return [UInt8](try Data(contentsOf: said.appending(path: "output")))
  }
}
