import Foundation
import JSON
import Testing

/// Python's opinion of a JWT.
enum Judge {
  /// Header and claims; nil when the signature is not the secret's.
  static func claims(of token: String, secret: String) throws -> JSONValue? {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "judge.py")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3", script.path, secret]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Shorter than a pipe's buffer: nobody waits for anybody.
    input.fileHandleForWriting.write(Data(token.utf8))
    try input.fileHandleForWriting.close()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? try JSONValue(parsing: said) : nil
  }
}
