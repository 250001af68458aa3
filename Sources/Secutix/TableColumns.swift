import Tickets

/// What the columns of a table fill.
struct TableColumns {
  struct Column {
    /// Indexes of the cells; several are joined with a blank (day and time of day).
    var cells: [Int]
    var name: String
    var targets: [FieldTarget]
    /// Values that hardly ever repeat are not remembered from row to row.
    var isUnique: Bool
  }

  /// The name of the column that the rejects writer adds.
  static let reasonColumn = "rejected_because"

  /// In an order in which each field finds what it depends on.
  private(set) var columns: [Column] = []
  let names: [String]
  /// Where the reason of an earlier refusal stands.
  let reasonCell: Int?
  private(set) var ignored: [String] = []

  private init(names: [String]) {
    self.names = names
    reasonCell = names.firstIndex { $0 == Self.reasonColumn }
  }

  /// By the mapping of the user.
  init(names: [String], mapping: ExportMapping) throws(ExportError) {
    self.init(names: names)
    var missing: [String] = []
    var firstMissing: ExportMapping.Entry?
    for entry in mapping.fields {
      var targets: [FieldTarget] = []
      for value in entry.values {
        guard let target = FieldTarget(value) else {
          throw mapping.error(.unknownField(value, nearest: FieldTarget.nearest(to: value)), at: entry)
        }
        targets.append(target)
      }
      let exact = names.indices.filter { names[$0] == entry.key }
      let found =
        exact.isEmpty ? names.indices.filter { ColumnNames.key(names[$0]) == ColumnNames.key(entry.key) } : exact
      if found.count > 1 { throw mapping.error(.repeatedKey(entry.key), at: entry) }
      guard let cell = found.first else {
        missing.append(entry.key)
        firstMissing = firstMissing ?? entry
        continue
      }
      for target in targets { try add(target, cell: cell, mapping: mapping, entry: entry) }
    }
    if !missing.isEmpty { throw mapping.error(.missingColumns(missing, found: names), at: firstMissing) }
    arrange()
  }

  private mutating func add(
    _ target: FieldTarget, cell: Int, mapping: ExportMapping, entry: ExportMapping.Entry
  ) throws(ExportError) {
    if let index = columns.firstIndex(where: { $0.targets.contains(target) }) {
      guard case .field(let field) = target, field.kind == .date else {
        throw mapping.error(.repeatedField(target.name, columns: [columns[index].name, names[cell]]), at: entry)
      }
      columns[index].cells.append(cell)
      columns[index].name += " + \(names[cell])"
      return
    }
    append(target, cells: [cell])
  }

  /// By the names of a preset; columns it does not know are ignored.
  init(names: [String], preset: [(String, [TicketField])], file: String) throws(ExportError) {
    self.init(names: names)
    let keys = names.map { ColumnNames.key($0) }
    for (name, fields) in preset {
      let found = keys.indices.filter { keys[$0] == ColumnNames.key(name) }
      if found.count > 1 { throw ExportError(file: file, line: 1, reason: .repeatedColumn(name)) }
      guard let cell = found.first else { continue }
      for field in fields { append(.field(field), cells: [cell]) }
    }
    arrange()
  }

  /// By the names that are known anywhere.
  init(recognising names: [String], file: String) throws(ExportError) {
    self.init(names: names)
    let keys = names.map { ColumnNames.key($0) }
    for (field, synonyms) in ColumnNames.table {
      // What a mapping would call the field comes first.
      for synonym in [ColumnNames.key(field.rawValue)] + synonyms {
        let found = keys.indices.filter { keys[$0] == synonym }
        guard let cell = found.first else { continue }
        if found.count > 1 { throw ExportError(file: file, line: 1, reason: .repeatedColumn(names[cell])) }
        var cells = [cell]
        if field == .eventStart, !ColumnNames.timesOfDay.contains(synonym),
          let time = keys.firstIndex(where: { ColumnNames.timesOfDay.contains($0) })
        {
          cells.append(time)
        }
        append(.field(field), cells: cells)
        break
      }
    }
    for (cell, name) in names.enumerated() where name.lowercased().hasPrefix("variables.") {
      append(.variable(String(name.dropFirst(10))), cells: [cell])
    }
    // A visit or a subscription is shown by the name of its product.
    if !targets.contains(.field(.eventName)),
      let product = columns.first(where: { $0.targets == [.field(.productName)] })
    {
      append(.field(.eventName), cells: product.cells)
    }
    arrange()
  }

  private mutating func append(_ target: FieldTarget, cells: [Int]) {
    if let index = columns.firstIndex(where: { $0.cells == cells }) {
      columns[index].targets.append(target)
    } else {
      let name = cells.map { names[$0] }.joined(separator: " + ")
      columns.append(Column(cells: cells, name: name, targets: [target], isUnique: false))
    }
  }

  private mutating func arrange() {
    func rank(_ column: Column) -> Int {
      column.targets.contains(.field(.venueTimeZone)) ? 0 : 1
    }
    columns = columns.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
    for index in columns.indices {
      columns[index].isUnique = columns[index].targets.contains { target in
        [.field(.ticketBarcode), .field(.ticketID), .field(.ticketMovement)].contains(target)
      }
    }
    let used = Set(columns.flatMap(\.cells))
    ignored = names.indices.filter {
      !used.contains($0) && !names[$0].isEmpty && !ColumnNames.knownButUnused.contains(ColumnNames.key(names[$0]))
    }.map { names[$0] }
  }

  var targets: Set<FieldTarget> { Set(columns.flatMap(\.targets)) }

  /// Names of the columns that are used.
  var recognised: [String] {
    let used = Set(columns.flatMap(\.cells))
    return names.indices.filter { used.contains($0) }.map { names[$0] }
  }

  /// The best thing passes can be known by.
  var identity: TicketField? {
    let targets = targets
    return [TicketField.ticketMovement, .ticketID, .ticketBarcode].first { targets.contains(.field($0)) }
  }
}
