import BatchIssuance
import Foundation
import PassBundle
import Passes
import Secutix
import Synchronization
import Tickets

/// What several commands take from the command line, made into values or into a failure with a hint.
enum Inputs {
  static var now: Int64 { Int64(Date().timeIntervalSince1970) }

  static func template(_ path: String) throws -> PassTemplate {
    do {
      return try PassTemplate(folder: path)
    } catch {
      let count = Terminal.count(error.findings.count { $0.severity == .error }, "error")
      throw Failure("the template \(path) cannot be used: \(count)", findings: error.findings)
    }
  }

  static func identity(_ path: String) throws -> SigningIdentity {
    do {
      let password = try IdentityPassword.source(in: ProcessInfo.processInfo.environment)?.read()
      return try SigningIdentity.load(at: path, password: password)
    } catch {
      throw Failure("\(error)", hint: error.hint)
    }
  }

  static func secret(_ path: String) throws -> Secret {
    do {
      let secret = try IdentityPassword.file(path).read()
      guard secret.count >= 16 else {
        throw Failure(
          "\(path) holds a secret of \(secret.count) bytes, at least 16 are wanted",
          hint: "make one: openssl rand -hex 32 > \(path)")
      }
      return secret
    } catch let error as IdentityError {
      throw Failure("\(error)", hint: error.hint)
    }
  }

  static func mapping(_ path: String) throws -> ExportMapping {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure("\(path) cannot be read", hint: "--mapping names a YAML file")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure("\(path) is not UTF-8", hint: "save the mapping as UTF-8")
    }
    do {
      return try ExportMapping(yaml: text, file: path)
    } catch {
      throw Failure("\(error)", hint: "README shows what a mapping file holds")
    }
  }

  /// Order exports as the command line names them; `-` is standard input.
  static func exports(_ paths: [String], options: ExportOptions, meter: ReadingMeter) throws -> [BatchRun.Input] {
    guard paths.count(where: { $0 == "-" }) <= 1 else {
      throw Failure("standard input can be read once only", hint: "name - once", status: .usage)
    }
    return try paths.map { path in
      if path == "-" {
        return BatchRun.Input(name: "standard input", path: "/dev/stdin") { () throws(ExportError) in
          try ExportReader(source: meter.source(descriptor: STDIN_FILENO), name: "standard input", options: options)
        }
      }
      var status = stat()
      guard stat(path, &status) == 0 else {
        throw Failure(
          "\(path): \(String(cString: strerror(errno)))", hint: "name an order export, or - for standard input")
      }
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw Failure("\(path) is a folder", hint: "name the order exports in it, for instance \(path)/*.csv")
      }
      meter.expect(Int(status.st_size), isFile: status.st_mode & S_IFMT == S_IFREG)
      return BatchRun.Input(name: path, path: path) { () throws(ExportError) in
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
          throw ExportError(file: path, reason: .unreadable(String(cString: strerror(errno))))
        }
        return try ExportReader(source: meter.source(descriptor: descriptor), name: path, options: options)
      }
    }
  }
}

extension Inputs {
  /// Everything in a template's folder becomes part of every pass: no place for passes or for keys.
  static func keepOutOfTemplate(_ template: String, _ option: String, _ path: String) throws {
    let inside = resolved(path).pathComponents.starts(with: resolved(template).pathComponents)
    if inside {
      throw Failure(
        "\(option) \(path) lies in the template \(template), whose files go into every pass",
        hint: "choose a folder outside of it", status: .usage)
    }
  }

  /// The path without links, as far as it exists.
  private static func resolved(_ path: String) -> URL {
    let url = URL(filePath: path).standardizedFileURL
    if let real = realpath(url.path, nil) {
      defer { free(real) }
      return URL(filePath: String(cString: real))
    }
    guard url.pathComponents.count > 1 else { return url }
    return resolved(url.deletingLastPathComponent().path).appending(path: url.lastPathComponent)
  }
}

/// Counts what is read, for the progress bar.
///
/// Exports are read far ahead of the rows that are worked on, small ones whole. So for tables the lines are counted too.
final class ReadingMeter: Sendable {
  private let read = Atomic(0)
  private let lines = Atomic(0)
  private let expected = Atomic(0)
  private let isKnown = Atomic(true)
  private let hasDocuments = Atomic(false)

  func expect(_ bytes: Int, isFile: Bool) {
    expected.add(bytes, ordering: .relaxed)
    if !isFile { isKnown.store(false, ordering: .relaxed) }
  }

  func source(descriptor: Int32) -> ByteSource {
    let source = ByteSource(fileDescriptor: descriptor)
    if descriptor == STDIN_FILENO { isKnown.store(false, ordering: .relaxed) }
    var isFirst = true
    var isOpen = true
    return ByteSource { count in
      guard isOpen else { return [] }
      let bytes = try source.read(count)
      // Read to its end. One that breaks off before stays open until the process ends.
      if bytes.isEmpty, descriptor != STDIN_FILENO, isOpen {
        isOpen = false
        close(descriptor)
      }
      if isFirst, let byte = bytes.first(where: { $0 > 0x20 && $0 < 0x80 }), byte == 0x7B || byte == 0x5B {
        self.hasDocuments.store(true, ordering: .relaxed)
      }
      isFirst = false
      self.read.add(bytes.count, ordering: .relaxed)
      self.lines.add(bytes.count { $0 == 0x0A }, ordering: .relaxed)
      return bytes
    }
  }

  /// How much has been dealt with, from 0 to 1; nil when nobody knows how much there is.
  func fraction(rows: Int) -> Double? {
    let total = expected.load(ordering: .relaxed)
    guard isKnown.load(ordering: .relaxed), total > 0 else { return nil }
    let fraction = min(1, Double(read.load(ordering: .relaxed)) / Double(total))
    let lines = lines.load(ordering: .relaxed)
    guard !hasDocuments.load(ordering: .relaxed), lines > rows else { return fraction }
    return fraction * Double(rows) / Double(lines)
  }
}
