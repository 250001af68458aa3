import Foundation
import Glibc
import Testing

/// A running `passmint preview`, ended with the test.
final class Previewing {
  let address: String
  let port: UInt16
  private let process = Process()
  private let errorFile: URL

  /// Starts it and waits until it prints where it is.
  ///
  /// - Parameter files: the most files and sockets the system lets it open.
  init(
    _ place: Workplace, _ arguments: [String], environment: [String: String] = [:], files: Int? = nil
  ) throws {
    errorFile = place.folder.appending(path: "preview-errors-\(UUID().uuidString)")
    try Data().write(to: errorFile)
    let output = Pipe()
    process.executableURL = Workplace.program
    process.arguments = ["preview"] + arguments
    if let files {
      process.executableURL = URL(filePath: "/bin/sh")
      let script = "ulimit -n \(files); exec \"$0\" \"$@\""
      process.arguments = ["-c", script, Workplace.program.path, "preview"] + arguments
    }
    process.currentDirectoryURL = place.folder
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PASSMINT_") }
      .merging(environment) { $1 }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errorFile)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var said = Data()
    while said.last != UInt8(ascii: "\n"), let more = try output.fileHandleForReading.read(upToCount: 1), !more.isEmpty
    {
      said += more
    }
    address = String(decoding: said.dropLast(), as: UTF8.self)
    let digits = address.dropFirst("http://127.0.0.1:".count).prefix { $0.isNumber }
    port = UInt16(digits) ?? 0
    try #require(port > 0, "it said \(address), and \(errors)")
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

  var isRunning: Bool { process.isRunning }

  /// How many sockets it holds open.
  var openSockets: Int {
    let folder = "/proc/\(process.processIdentifier)/fd"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.count { name in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"))?.hasPrefix("socket:") ?? false
    }
  }

  /// Ends it by a signal.
  ///
  /// - Returns: its exit status; nil when the signal killed it.
  func end(_ signal: Int32) -> Int32? {
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : nil
  }

  func connect() throws -> Connection { try Connection(port: port) }

  func get(_ path: String, method: String = "GET", headers: [String: String] = [:]) throws -> Answer {
    let connection = try connect()
    return try connection.request(path, method: method, headers: headers)
  }

  /// Follows the events from here on.
  func events() throws -> Connection {
    let connection = try connect()
    try connection.send("GET /events HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
    _ = try connection.read(until: "retry: 500\n\n")
    return connection
  }
}

struct Answer {
  let status: Int
  let headers: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
}

/// A connection of which every byte is the test's own. Waiting ends after two minutes, which is a failure.
final class Connection {
  private let socket: Int32
  private let port: UInt16
  private var unread: [UInt8] = []

  struct Failure: Error { let what: String }

  init(port: UInt16) throws {
    self.port = port
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var time = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(what: "connecting: \(String(cString: strerror(errno)))") }
  }

  deinit { close(socket) }

  /// Closes so that the other side gets a reset and not a goodbye.
  func breakOff() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    shutdown(socket, Int32(SHUT_RDWR))
  }

  /// Says that nothing more will be sent.
  func finish() { shutdown(socket, Int32(SHUT_WR)) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(what: "sending: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  /// Up to so many bytes; none when the other side has closed.
  func receive(_ count: Int = 1 << 16) throws -> [UInt8] {
    if !unread.isEmpty {
      defer { unread = [] }
      return unread
    }
    var bytes = [UInt8](repeating: 0, count: count)
    let received = recv(socket, &bytes, count, 0)
    guard received >= 0 || errno == ECONNRESET else {
      throw Failure(what: "receiving: \(String(cString: strerror(errno)))")
    }
    return Array(bytes.prefix(max(0, received)))
  }

  /// Everything up to and with a text; what follows stays for the next.
  func read(until text: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let wanted = Array(text.utf8)
    while true {
      if let range = bytes.firstRange(of: wanted) {
        unread = Array(bytes[range.upperBound...])
        return Array(bytes[..<range.upperBound])
      }
      let more = try receive()
      guard !more.isEmpty else {
        throw Failure(what: "closed after “\(String(decoding: bytes.suffix(300), as: UTF8.self))”")
      }
      bytes += more
    }
  }

  /// Everything until the other side closes.
  func rest() throws -> String {
    var bytes: [UInt8] = []
    while case let more = try receive(), !more.isEmpty { bytes += more }
    return String(decoding: bytes, as: UTF8.self)
  }

  func request(_ path: String, method: String = "GET", headers: [String: String] = [:]) throws -> Answer {
    var all = ["Host": "127.0.0.1:\(port)"]
    all.merge(headers) { $1 }
    let lines = all.map { "\($0.key): \($0.value)\r\n" }.joined()
    try send("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n")
    return try answer(hasBody: method != "HEAD")
  }

  func answer(hasBody: Bool = true) throws -> Answer {
    let head = String(decoding: try read(until: "\r\n\r\n"), as: UTF8.self)
    let lines = head.split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    var body: [UInt8] = []
    let length = hasBody ? Int(headers["content-length"] ?? "") ?? 0 : 0
    while body.count < length {
      let more = try receive()
      guard !more.isEmpty else { throw Failure(what: "the body ends after \(body.count) of \(length) bytes") }
      body += more
    }
    unread = Array(body.dropFirst(length))
    let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
    return Answer(status: status, headers: headers, body: Array(body.prefix(length)))
  }

  /// The name in the next event; comments are passed over.
  func event() throws -> String {
    let text = String(decoding: try read(until: "\n\n"), as: UTF8.self)
    guard let data = text.split(separator: "\n").first(where: { $0.hasPrefix("data: ") }) else { return try event() }
    return String(data.dropFirst("data: ".count))
  }
}
