import Foundation
import Yams

/// A value as it stands in the file.
struct ConfigurationValue {
  let node: Node
  /// Such as `tenants.theatre.secutix.url`.
  let path: String
  /// Where its name stands; of an element of a list, where it begins.
  let keyLine: Int?
  let keyColumn: Int?

  var line: Int? { node.mark?.line ?? keyLine }
  var column: Int? { node.mark?.column ?? keyColumn }

  /// Whether it is a list without elements.
  var isEmptyList: Bool { node.sequence?.isEmpty ?? false }

  /// A name with nothing behind it, or with `null`: as if it were not there.
  static func isNothing(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  static func absolute(_ text: String, from folder: URL) -> String {
    URL(filePath: text, relativeTo: folder).absoluteURL.standardizedFileURL.path
  }
}

/// The members of a mapping.
struct ConfigurationMembers {
  let reading: ConfigurationReading
  let owner: ConfigurationValue
  /// In the order of the file, those with nothing behind them too.
  private(set) var all: [(name: String, value: ConfigurationValue)] = []
  private(set) var seen: [String: ConfigurationValue] = [:]
  /// Names that were most likely meant by unknown ones: not to be missed as well.
  var mistyped: Set<String> = []

  init(reading: ConfigurationReading, owner: ConfigurationValue) {
    self.reading = reading
    self.owner = owner
  }

  mutating func add(_ value: ConfigurationValue, _ name: String) {
    seen[name] = value
    all.append((name, value))
  }

  /// The value, if there is something behind the name.
  subscript(name: String) -> ConfigurationValue? {
    seen[name].flatMap { ConfigurationValue.isNothing($0.node) ? nil : $0 }
  }

  /// The value; without one, that is a mistake.
  ///
  /// - Parameter shape: what to write.
  func required(_ name: String, _ shape: String) -> ConfigurationValue? {
    if let value = self[name] { return value }
    if !mistyped.contains(name) {
      let place = seen[name] ?? owner
      reading.report(
        .error, line: place.keyLine, column: place.keyColumn, path: owner.path.isEmpty ? name : "\(owner.path).\(name)",
        "is missing: write \(name): \(shape)")
    }
    return nil
  }

  func text(_ name: String) -> String? { self[name].flatMap { reading.text($0) } }

  func requiredText(_ name: String, _ shape: String) -> String? {
    required(name, shape).flatMap { reading.text($0) }
  }

  func value<Made>(_ name: String, _ make: (String) throws(ConfigurationFault) -> Made) -> Made? {
    self[name].flatMap { reading.value($0, make) }
  }

  /// A whole number; what is wrong counts as the usual one.
  func number(_ name: String, in range: ClosedRange<Int>, usually usual: Int) -> Int {
    value(name) { text throws(ConfigurationFault) in
      guard let number = Int(text), range.contains(number) else {
        throw ConfigurationFault(
          "\(ConfigurationForms.quoted(text)) is no whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    } ?? usual
  }
}
