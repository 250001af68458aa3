import Foundation
import PassBundle
import Passes

/// A temporary folder with everything the command needs, and runs of the command in it.
///
/// `@unchecked Sendable`: measurements run one after the other.
final class Scratch: @unchecked Sendable {
  let program: String
  private let folder: String
  private var runs = 0

  struct Run {
    let seconds: Double
    let peakKilobytes: Int
  }

  struct Failed: Error {
    let status: Int32
  }

  init(program: String, certificates: ExampleCertificates) throws {
    self.program = program
    // Beside the program: on the disk that people work on, not in a temporary file system of memory.
    folder = URL(filePath: program).deletingLastPathComponent().appending(path: "bench-\(getpid())").path
    try FileManager.default.createDirectory(atPath: "\(folder)/bench.pkpasstemplate", withIntermediateDirectories: true)
    for (path, bytes) in Workload.files(images: Workload.smallImages).contents {
      try Data(bytes).write(to: URL(filePath: "\(folder)/bench.pkpasstemplate/\(path)"))
    }
    _ = try ExampleCertificates.write(to: "\(folder)/identity", now: Int64(Date().timeIntervalSince1970))
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// One run of `passmint issue` from a CSV of that many rows into an empty folder.
  func issue(tickets: Int) throws -> Run {
    let export = "\(folder)/\(tickets).csv"
    if !FileManager.default.fileExists(atPath: export) { try writeExport(tickets, to: export) }
    // A folder of its own each time, removed at the very end: file systems are slow to give out again what was deleted
    // a moment ago.
    runs += 1
    // What earlier runs wrote is still on its way to the disk; this run shall not wait for it.
    sync()
    let out = "\(folder)/out-\(runs)"
    return try run([
      "issue", export, "--template", "\(folder)/bench.pkpasstemplate", "--identity", "\(folder)/identity", "--out", out,
      "--quiet",
    ])
  }

  /// The same over any export and template.
  func issue(export: String, template: String) throws -> Run {
    sync()
    return try run([
      "issue", export, "--template", template, "--identity", "\(folder)/identity", "--out", newFolder(), "--quiet",
    ])
  }

  /// An empty folder on the disk that people work on.
  func newFolder() throws -> String {
    runs += 1
    let path = "\(folder)/folder-\(runs)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let path = "\(folder)/\(name)"
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  /// The scripts of `wrk`, written out.
  func scripts() throws -> (webhook: String, plain: String) {
    (
      try write(PackageResources.webhook_lua, to: "webhook.lua"),
      try write(PackageResources.plain_lua, to: "plain.lua")
    )
  }

  func versionTime() throws -> Double {
    Interleaved.median(try (0..<9).map { _ in try run(["--version"]).seconds })
  }

  private func writeExport(_ tickets: Int, to path: String) throws {
    var text = Workload.csvHeader + "\n"
    for number in 0..<tickets {
      text += Workload.csvRow(number).joined(separator: ",") + ",\(Workload.usualStart)\n"
    }
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  /// Runs the program to its end; its output goes nowhere.
  private func run(_ arguments: [String]) throws -> Run {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let start = Interleaved.clock()
    var child: pid_t = 0
    let spawned = posix_spawn(&child, program, &actions, nil, &words, environ)
    guard spawned == 0 else { throw Failed(status: spawned) }
    var status: Int32 = 0
    var peak = 0
    // What wait4 says of a child begins with the memory of its parent; the child's own record is in /proc.
    while waitpid(child, &status, WNOHANG) == 0 {
      peak = max(peak, Self.peakKilobytes(of: child))
      usleep(2000)
    }
    guard status == 0 else { throw Failed(status: status) }
    return Run(seconds: Interleaved.clock() - start, peakKilobytes: peak)
  }

  private static func peakKilobytes(of process: pid_t) -> Int { kilobytes("VmHWM", of: process) }

  static func kilobytes(_ figure: String, of process: pid_t) -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("\(figure):") }
    return line.flatMap { Int($0.split(separator: " ").dropLast().last ?? "") } ?? 0
  }
}

/// What was measured on.
enum Machine {
  static var description: String {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
    let system = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
    let name = system.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }?.dropFirst(13).dropLast()
    return [model.map { $0.trimmingCharacters(in: .whitespaces) }, name.map(String.init)].compactMap { $0 }
      .joined(separator: ", ")
  }
}
