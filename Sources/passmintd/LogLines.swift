import Foundation
import Glibc
import JSON
import Logging
import Synchronization
import ZonedTime

/// Writes log lines to standard error: one JSON object a line for machines, or one line of words for people. swift-log brings
/// no handler that writes JSON.
struct LogLines: LogHandler {
  var metadata = Logger.Metadata()
  var logLevel: Logger.Level
  private let label: String
  private let format: LogSettings.Format

  init(label: String, settings: LogSettings) {
    self.label = label
    logLevel = settings.level
    format = settings.format
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
    let time = ZonedDateTime(epochMilliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    Self.write(
      format == .json
        ? Self.json(event.level, "\(event.message)", label, all, time)
        : Self.text(event.level, "\(event.message)", all, time))
  }

  private static func json(
    _ level: Logger.Level, _ message: String, _ label: String, _ metadata: Logger.Metadata, _ time: ZonedDateTime
  ) -> String {
    var object: JSONObject = [
      "time": .string(stamp(time)), "level": .string(level.rawValue), "message": .string(message),
      "logger": .string(label),
    ]
    // What Hummingbird numbers requests with means nothing outside this process.
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) where name != "hb.request.id" {
      object[object[name] == nil ? name : "metadata.\(name)"] = .string("\(value)")
    }
    return String(decoding: JSONValue.object(object).serialized(), as: UTF8.self)
  }

  private static func text(
    _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, _ time: ZonedDateTime
  ) -> String {
    let words = metadata.sorted { $0.key < $1.key }.filter { $0.key != "hb.request.id" }
      .map { "\($0.key)=\(oneLine("\($0.value)"))" }
    return ([stamp(time), level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0), oneLine(message)] + words)
      .joined(separator: " ")
  }

  /// What somebody else wrote forges no line of the log.
  private static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
    return String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
  }

  /// With milliseconds, in UTC.
  private static func stamp(_ time: ZonedDateTime) -> String {
    let millisecond = time.components.millisecond
    let digits = String(1000 + millisecond).dropFirst()
    return "\(time.iso8601.dropLast()).\(digits)Z"
  }

  /// Whole lines, one after the other, whichever threads they come from.
  private static let turn = Mutex(Turn())

  private struct Turn {
    var lastWasCutOff = false
  }

  private static func write(_ line: String) {
    turn.withLock { turn in
      var rest = (turn.lastWasCutOff ? [0x0A] : []) + Array(line.utf8) + [0x0A]
      let count = rest.count
      defer { turn.lastWasCutOff = !rest.isEmpty && (turn.lastWasCutOff || rest.count < count) }
      while !rest.isEmpty {
        let count = Glibc.write(STDERR_FILENO, rest, rest.count)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
          // A terminal or a pipe that is behind: whoever reads it is given a second.
          var output = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
          if poll(&output, 1, 1000) > 0 { continue }
        }
        // Nobody reads it: there is nowhere to say so.
        guard count > 0 else { return }
        rest.removeFirst(count)
      }
    }
  }
}
