import Foundation
import Tickets
import Yams

extension ExportMapping {
  /// Reads a mapping file.
  ///
  /// - Parameter file: its name, for messages.
  /// - Throws: `ExportError` with reason `.mapping`, and the line and column where YAML knows them.
  package init(yaml: String, file: String) throws(ExportError) {
    self.init(file: file)
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw Self.malformed(error, file: file)
    }
    guard let root else { return }
    for (key, node) in try pairs(root, of: "the mapping") {
      switch key.name {
      case "dialect": try readDialect(node)
      case "fields":
        for (column, value) in try pairs(node, of: "fields") {
          fields.append(
            Entry(key: column.name, values: try texts(value, of: column.name), line: column.line, column: column.column)
          )
        }
        try checkFields()
      case "dates":
        for text in try texts(node, of: "dates") {
          guard let format = DateFormat(text) else {
            throw wrong(node, "dates", text, "a date form with day, month and year such as %d.%m.%Y %H:%M")
          }
          dateFormats.append(format)
        }
      case "time_zone":
        let name = try text(node, of: key.name)
        guard let zone = TimeZone(identifier: name) else {
          throw wrong(node, key.name, name, "a time zone such as Europe/Paris")
        }
        timeZone = zone
      case "amount_unit":
        let name = try text(node, of: key.name)
        guard let unit = AmountUnit(rawValue: name) else {
          throw wrong(node, key.name, name, "units, hundredths or thousandths")
        }
        amountUnit = unit
      case "decimal_mark":
        let mark = try text(node, of: key.name)
        guard mark == "." || mark == "," else { throw wrong(node, key.name, mark, "\".\" or \",\"") }
        decimalMark = mark.unicodeScalars.first
      case "currency":
        let code = try text(node, of: key.name)
        guard let currency = try? Currency(code) else { throw wrong(node, key.name, code, "a code such as EUR") }
        self.currency = currency
      case "language": language = try text(node, of: key.name)
      case "constants": try readConstants(node)
      case "tickets":
        ticketPaths = [Entry(key: key.name, values: try texts(node, of: key.name), line: key.line, column: key.column)]
      case "variables":
        variablePaths = [
          Entry(key: key.name, values: try texts(node, of: key.name), line: key.line, column: key.column)
        ]
      default:
        throw unknown(
          key,
          among: [
            "dialect", "fields", "dates", "time_zone", "amount_unit", "decimal_mark", "currency", "language",
            "constants", "tickets", "variables",
          ])
      }
    }
  }

  private mutating func readDialect(_ node: Node) throws(ExportError) {
    for (key, value) in try pairs(node, of: "dialect") {
      switch key.name {
      case "delimiter":
        guard let byte = try byte(value, of: key.name) else {
          throw wrong(value, key.name, "", "one ASCII character such as \";\"")
        }
        dialect.delimiter = byte
        declaredDelimiter = true
      case "quoteChar": dialect.quoteChar = try byte(value, of: key.name)
      case "commentChar": dialect.commentChar = try byte(value, of: key.name)
      case "doubleQuote": dialect.doubleQuote = try flag(value, of: key.name)
      case "header": dialect.header = try flag(value, of: key.name)
      case "skipInitialSpace": dialect.skipInitialSpace = try flag(value, of: key.name)
      case "lineTerminator": break  // CRLF, LF and CR are told apart without it.
      case "encoding":
        let name = try text(value, of: key.name)
        guard let encoding = TextEncoding(name: name) else {
          throw wrong(value, key.name, name, "utf-8, utf-16, utf-16be or windows-1252")
        }
        self.encoding = encoding
      default:
        throw unknown(
          key,
          among: [
            "delimiter", "quoteChar", "doubleQuote", "header", "commentChar", "skipInitialSpace", "lineTerminator",
            "encoding",
          ])
      }
    }
  }

  private mutating func readConstants(_ node: Node) throws(ExportError) {
    for (key, value) in try pairs(node, of: "constants") {
      guard let target = FieldTarget(key.name) else {
        throw ExportError(
          file: file, line: key.line, column: key.column,
          reason: .mapping(.unknownField(key.name, nearest: FieldTarget.nearest(to: key.name))))
      }
      constants.append(Constant(target: target, text: try text(value, of: key.name), line: value.mark?.line))
    }
  }

  /// Each entry must make sense one way: column → fields, or field → paths. Which way is known with the export.
  private func checkFields() throws(ExportError) {
    for entry in fields where FieldTarget(entry.key) == nil {
      for value in entry.values where FieldTarget(value) == nil {
        if Self.looksLikePath(value) {
          throw error(.unknownField(entry.key, nearest: FieldTarget.nearest(to: entry.key)), at: entry)
        }
        throw error(.unknownField(value, nearest: FieldTarget.nearest(to: value)), at: entry)
      }
    }
  }

  /// Whether the fields are written field → paths, for JSON.
  var hasPaths: Bool {
    fields.contains { FieldTarget($0.key) != nil && $0.values.contains(where: Self.looksLikePath) }
  }

  private static func looksLikePath(_ text: String) -> Bool {
    FieldTarget(text) == nil && JSONPath(text) != nil
  }

  // MARK: Nodes

  private struct Key {
    let name: String
    let line: Int?
    let column: Int?
  }

  private func pairs(_ node: Node, of what: String) throws(ExportError) -> [(Key, Node)] {
    guard case .mapping(let mapping) = node else { throw wrong(node, what, "", "a list of keys and values") }
    var pairs: [(Key, Node)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else { throw wrong(key, what, "", "keyed by words") }
      let place = Key(name: scalar.string, line: key.mark?.line, column: key.mark?.column)
      if pairs.contains(where: { $0.0.name == place.name }) {
        throw ExportError(
          file: file, line: place.line, column: place.column, reason: .mapping(.repeatedKey(place.name)))
      }
      pairs.append((place, value))
    }
    return pairs
  }

  private func text(_ node: Node, of key: String) throws(ExportError) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw wrong(node, key, "", "one value") }
    return scalar.string
  }

  private func texts(_ node: Node, of key: String) throws(ExportError) -> [String] {
    guard case .sequence(let sequence) = node else { return [try text(node, of: key)] }
    var texts: [String] = []
    for node in sequence { texts.append(try text(node, of: key)) }
    return texts
  }

  private func flag(_ node: Node, of key: String) throws(ExportError) -> Bool {
    let text = try text(node, of: key)
    switch text.lowercased() {
    case "true": return true
    case "false": return false
    default: throw wrong(node, key, text, "true or false")
    }
  }

  /// One ASCII character; nil for none (`quoteChar: ""`).
  private func byte(_ node: Node, of key: String) throws(ExportError) -> UInt8? {
    guard case .scalar(let scalar) = node else { throw wrong(node, key, "", "one character") }
    if scalar.string.isEmpty || (scalar.string == "null" && scalar.style == .plain) { return nil }
    if scalar.string == "\\t" { return 0x09 }
    guard scalar.string.utf8.count == 1, let byte = scalar.string.utf8.first, byte != 0x0A, byte != 0x0D else {
      throw wrong(node, key, scalar.string, "one ASCII character")
    }
    return byte
  }

  // MARK: Errors

  private func wrong(_ node: Node, _ key: String, _ value: String, _ expected: String) -> ExportError {
    ExportError(
      file: file, line: node.mark?.line, column: node.mark?.column,
      reason: .mapping(.wrongValue(key: key, value: value, expected: expected)))
  }

  private func unknown(_ key: Key, among names: [String]) -> ExportError {
    ExportError(
      file: file, line: key.line, column: key.column,
      reason: .mapping(.unknownKey(key.name, nearest: nearestName(to: key.name, among: names))))
  }

  private static func malformed(_ error: any Error, file: String) -> ExportError {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ExportError(file: file, line: mark.line, column: mark.column, reason: .mapping(.malformed(problem)))
    case .duplicatedKeysInMapping(let duplicates, let context):
      ExportError(
        file: file, line: context.mark.line, column: context.mark.column,
        reason: .mapping(.repeatedKey(duplicates.first ?? "a key")))
    default: ExportError(file: file, reason: .mapping(.malformed("\(error)")))
    }
  }
}
