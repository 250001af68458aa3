import Foundation

/// The lines that `passmintd sandbox apns` prints of pushes, and the way back.
enum PushLines {
  static func line(number: Int, token: String, topic: String, id: String) -> String {
    "push \(number) to \(token) for \(topic), id \(id)"
  }

  /// Topics of the pushes to one token, as they are written to a file; `-` is the standard input. Other lines are passed
  /// over. Ends with the file.
  ///
  /// - Throws: when it cannot be opened.
  static func topics(in path: String, to token: String) throws -> AsyncStream<String> {
    let file = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
    let (topics, found) = AsyncStream<String>.makeStream()
    // Reading blocks until the other side writes; the thread ends with the process at the latest.
    let thread = Thread {
      var rest: [UInt8] = []
      while true {
        let part = file.availableData
        if part.isEmpty { break }
        rest += part
        while let end = rest.firstIndex(of: 0x0A) {
          if let topic = topic(in: String(decoding: rest[..<end], as: UTF8.self), to: token) { found.yield(topic) }
          rest.removeSubrange(...end)
        }
      }
      found.finish()
    }
    thread.start()
    return topics
  }

  private static func topic(in line: String, to token: String) -> String? {
    guard let match = line.wholeMatch(of: /push \d+ to ([0-9A-Fa-f]+) for ([^ ,]+), id .*/),
      match.1.lowercased() == token.lowercased()
    else { return nil }
    return String(match.2)
  }
}
