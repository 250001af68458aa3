import ArgumentParser
import Foundation
import JSON

/// What operators' commands say: results on standard output, all else on standard error.
enum Words {
  static func result(_ text: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
  }

  static func result(_ value: JSONValue) {
    result(String(decoding: value.serialized(pretty: true), as: UTF8.self))
  }

  static func note(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("passmintd: \(text)\n".utf8))
  }

  /// Says why the command cannot go on, and gives what to throw: 1 what was asked is refused, 3 it could not run.
  static func failure(_ message: String, hint: String? = nil, status: Int32 = 3) -> ExitCode {
    note("error: \(message)")
    if let hint { note("hint: \(hint)") }
    return ExitCode(status)
  }

  /// Columns as wide as what stands in them.
  static func table(_ head: [String], _ rows: [[String]]) {
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    for row in [head] + rows {
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
      result(cells.joined(separator: "  ").replacing(/\ +$/, with: ""))
    }
  }
}
