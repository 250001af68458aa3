import Foundation
import JSON

/// A program that ran to its end.
struct Run {
  let status: Int32
  let wasKilled: Bool
  let output: String
  let errors: String

  init(
    _ program: URL, _ arguments: [String], in folder: URL, input: String? = nil, environment: [String: String] = [:]
  ) throws {
    let running = try Running(program, arguments, in: folder, input: input, environment: environment)
    self = try running.end()
  }

  fileprivate init(status: Int32, wasKilled: Bool, output: String, errors: String) {
    self.status = status
    self.wasKilled = wasKilled
    self.output = output
    self.errors = errors
  }

  /// Standard output as JSON.
  func json() throws -> JSONValue { try JSONValue(parsing: Array(output.utf8)) }

  /// Everything said, with what differs from run to run taken out.
  var transcript: String {
    (errors + output).replacing(/\([0-9.]+ s, [0-9,]+\/s\)/, with: "(TIME)")
  }
}

/// A program under way. What it says goes to files, so that it never waits for a reader.
final class Running {
  let process = Process()
  private let said: URL

  init(
    _ program: URL, _ arguments: [String], in folder: URL, input: String? = nil, environment: [String: String] = [:]
  ) throws {
    said = URL.temporaryDirectory.appending(path: "passmint-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: said, withIntermediateDirectories: true)
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var all = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PASSMINT_") && $0.key != "NO_COLOR" }
    all.merge(environment) { $1 }
    process.environment = all
    process.standardOutput = try Self.file(said.appending(path: "output"))
    process.standardError = try Self.file(said.appending(path: "errors"))
    let stdin = said.appending(path: "input")
    try Data((input ?? "").utf8).write(to: stdin)
    process.standardInput = try FileHandle(forReadingFrom: stdin)
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(at: said) }

  private static func file(_ url: URL) throws -> FileHandle {
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for so many entries to be made in a folder that is there already; false when the program ends first.
  func waitForEntries(_ count: Int, in folder: String) throws -> Bool {
    let watch = inotify_init1(Int32(IN_NONBLOCK))
    defer { close(watch) }
    inotify_add_watch(watch, folder, UInt32(IN_CREATE) | UInt32(IN_MOVED_TO))
    var made = try FileManager.default.contentsOfDirectory(atPath: folder).count
    var events = [UInt8](repeating: 0, count: 1 << 16)
    while made < count {
      var waiting = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
      // Now and then a look at whether there is still someone to wait for.
      if poll(&waiting, 1, 200) == 0, !process.isRunning { return false }
      let length = read(watch, &events, events.count)
      var start = 0
      while start + MemoryLayout<inotify_event>.size <= length {
        let event = events.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: inotify_event.self) }
        start += MemoryLayout<inotify_event>.size + Int(event.len)
        made += 1
      }
    }
    return true
  }

  func end() throws -> Run {
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: said.appending(path: name)), as: UTF8.self)
    }
    return Run(
      status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: try text("output"), errors: try text("errors"))
  }
}
