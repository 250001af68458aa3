/// Why an export, or a mapping, cannot be read at all; everything given before it stays good.
package struct ExportError: Error, Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    /// The system's words.
    case unreadable(String)
    case notText(BinaryKind)
    case empty
    /// A table whose columns say nothing.
    case noRecognisedColumns(found: [String])
    /// Columns were recognised, none of which tells a ticket or its barcode.
    case missingColumns(needed: [String], found: [String], recognised: [String])
    /// The format asked for is not what the file holds.
    case formatContradicted(ExportFormat, seen: String)
    case repeatedColumn(String)
    case rowTooLong(limit: Int)
    case documentTooLarge(limit: Int)
    /// The structure of the JSON text broke, so that the next document cannot be found.
    case brokenJSON(String)
    case mapping(MappingProblem)
  }

  package enum BinaryKind: Sendable, Hashable {
    case workbook, gzip, oldWorkbook, other
  }

  package let file: String
  /// From 1.
  package let line: Int?
  /// In characters, from 1.
  package let column: Int?
  package let reason: Reason

  package init(file: String, line: Int? = nil, column: Int? = nil, reason: Reason) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
  }
}

/// What is wrong in a mapping file.
package enum MappingProblem: Sendable, Hashable {
  /// Not YAML; the parser's words.
  case malformed(String)
  case unknownKey(String, nearest: String?)
  case unknownField(String, nearest: String?)
  case wrongValue(key: String, value: String, expected: String)
  case repeatedKey(String)
  /// Two columns for a field that takes one.
  case repeatedField(String, columns: [String])
  /// The mapping names columns that the file does not have.
  case missingColumns([String], found: [String])
  /// A path of the JSON field map.
  case path(String)
}

extension ExportError: CustomStringConvertible {
  package var description: String {
    let place = [file, line.map { "\($0)" }, column.map { "\($0)" }].compactMap { $0 }.joined(separator: ":")
    return "\(place): \(sentence)"
  }

  /// What was seen and what to do, without the place.
  package var sentence: String {
    switch reason {
    case .unreadable(let message): "cannot be read: \(message)"
    case .notText(.workbook): "is an Excel workbook or another ZIP archive; save it as CSV UTF-8 first"
    case .notText(.oldWorkbook): "is an old Excel workbook; save it as CSV UTF-8 first"
    case .notText(.gzip): "is compressed with gzip; unpack it first"
    case .notText(.other): "is not text in UTF-8, UTF-16 or Windows-1252"
    case .empty: "is empty"
    case .noRecognisedColumns(let found):
      "none of its columns is known (\(list(found))). Say which column is what in a mapping file (--mapping)"
    case .missingColumns(let needed, let found, let recognised):
      "no column holds \(needed.joined(separator: " or ")). Columns found: \(list(found)); "
        + "recognised: \(recognised.isEmpty ? "none" : list(recognised)). "
        + "Say which column is what in a mapping file (--mapping)"
    case .formatContradicted(let format, let seen):
      "was to be read as \(format.rawValue), but \(seen). Leave --format out or give the right one: "
        + ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
    case .repeatedColumn(let name): "has two columns called “\(name)”; rename one of them"
    case .rowTooLong(let limit): "this row is longer than \(limit) bytes; is the file a table?"
    case .documentTooLarge(let limit):
      "this JSON document is larger than \(limit) bytes; split it into one document an order"
    case .brokenJSON(let message): "is not JSON from here on: \(message)"
    case .mapping(let problem): problem.sentence
    }
  }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(40).map { "“\($0.prefix(60))”" }.joined(separator: ", ")
    return names.count > 40 ? "\(shown) and \(names.count - 40) more" : shown
  }
}

extension MappingProblem {
  package var sentence: String {
    switch self {
    case .malformed(let message): return "is not YAML: \(message)"
    case .unknownKey(let key, let nearest): return "“\(key)” means nothing here\(suggestion(nearest))"
    case .unknownField(let name, let nearest): return "there is no field “\(name)”\(suggestion(nearest))"
    case .wrongValue(let key, let value, let expected): return "\(key): “\(value)” is not \(expected)"
    case .repeatedKey(let key): return "“\(key)” stands here twice"
    case .repeatedField(let field, let columns):
      return "\(field) gets a value from \(columns.count) columns (\(columns.joined(separator: ", "))); it takes one"
    case .missingColumns(let names, let found):
      return "the export has no column \(names.map { "“\($0)”" }.joined(separator: ", ")); "
        + "it has \(found.prefix(40).map { "“\($0)”" }.joined(separator: ", "))"
    case .path(let path):
      return "“\(path)” is no path; write movement., operation., order., file., contact. or ticket. and names, "
        + "as in operation.siteAddress.town"
    }
  }

  private func suggestion(_ nearest: String?) -> String {
    nearest.map { "; did you mean “\($0)”?" } ?? ""
  }
}

/// The name that needs the fewest edits, if they are few enough to be a slip.
func nearestName(to name: String, among names: some Sequence<String>) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars.prefix(80))
  var best: (name: String, distance: Int)?
  for candidate in names {
    let letters = Array(candidate.lowercased().unicodeScalars)
    var row = Array(0...letters.count)
    for (i, letter) in wanted.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in letters.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
        diagonal = above
      }
    }
    let distance = row[letters.count]
    if distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  guard let best, best.distance <= max(2, wanted.count / 3) else { return nil }
  return best.name
}
