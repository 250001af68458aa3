import Foundation
import JSON
import Tickets
import ZonedTime

/// Reads the movements of order documents into tickets.
struct OrderReader {
  /// A movement read, or why not.
  struct Outcome {
    var result: Result<Ticket, FieldProblem>
    var movement: MovementPlace?
    /// NOT_PRINTED, and nothing to know it by.
    var isWaiting = false
  }

  private var map: OrderFieldMap
  private var fields: FieldReader
  private let base: FieldReader.Record
  private let language: String?

  init(mapping: ExportMapping?, settings: ReadingSettings) throws(ExportError) {
    map = try OrderFieldMap(mapping: mapping)
    (fields, base) = try settings.reader()
    language = settings.language
  }

  var notices: [ExportNotice] { fields.notices }

  mutating func read(_ document: JSONValue) -> [Outcome] {
    let shape: OrderDocument
    do throws(FieldProblem) {
      shape = try OrderDocument(document)
    } catch {
      return [Outcome(result: .failure(error))]
    }
    var joined: [Joined] = []
    for order in shape.orders {
      if order.movements.isEmpty, !order.operations.isEmpty {
        joined.append(Joined(order: order, movement: nil, problem: FieldProblem(.noMovements)))
      }
      join(order, of: shape, into: &joined)
    }
    settle(&joined)
    var pointers: [String: [String]] = [:]
    for one in joined {
      if let sale = one.sale, let pointer = one.movement?.pointer { pointers[sale, default: []].append(pointer) }
    }
    return joined.compactMap { one in
      guard !one.isMerged else { return nil }
      guard let movement = one.movement else {
        return Outcome(result: .failure(one.problem ?? FieldProblem(.noMovements)))
      }
      let related = one.sale.flatMap { pointers[$0] } ?? []
      var outcome = Outcome(
        result: .failure(one.problem ?? FieldProblem(.noIdentity)),
        movement: MovementPlace(pointer: movement.pointer, related: Set(related)))
      if one.problem == nil {
        outcome.result = ticket(one, shape)
        if case .failure(let problem) = outcome.result {
          outcome.isWaiting = problem.reason == .noIdentity && one.state == nil
        }
      }
      return outcome
    }
  }

  // MARK: Joining

  /// A movement with everything it belongs to.
  private struct Joined {
    var order: OrderDocument.Order
    var movement: OrderDocument.Movement?
    var operation: JSONObject?
    var values: OrderFieldMap.Values?
    var problem: FieldProblem?
    /// What two records of one sale have in common.
    var sale: String?
    var barcode: String?
    /// The order undoes its movements.
    var undoes = false
    /// The state that is certain, whatever the movement says.
    var state: String?
    /// Another record of the document speaks for this sale.
    var isMerged = false
  }

  private mutating func join(_ order: OrderDocument.Order, of shape: OrderDocument, into joined: inout [Joined]) {
    var shared = map.values(of: order.value, as: .order)
    shared.merge(map.values(of: shape.file, as: .file))
    shared.merge(map.values(of: shape.contact, as: .contact))
    let operations = order.operations.map { map.values(of: $0, as: .operation) }
    let isCancelled =
      isCancelled(shape.file?.value(named: "fileState")) || isCancelled(order.value.value(named: "orderState"))
    let type = order.value.value(named: "orderType")?.stringValue?.uppercased() ?? ""
    for movement in order.movements {
      var one = Joined(order: order, movement: movement)
      var values = map.values(of: movement.value, as: .movement)
      values.merge(map.values(of: newestTicket(of: movement, in: order), as: .ticket))
      values.merge(shared)
      do throws(FieldProblem) {
        if let index = try operation(of: movement, in: order) {
          one.operation = order.operations[index]
          values.merge(operations[index])
        }
      } catch {
        one.problem = error
      }
      one.sale = text(.field(.ticketMovement), in: values)
      one.barcode = text(.field(.ticketBarcode), in: values)
      one.undoes =
        type.hasPrefix("REFUND") || type.hasSuffix("_FREEING")
        // Of an exchange only what says so itself is a new ticket; the rest is what was given back.
        || (type.hasPrefix("EXCHANGE") && text(.field(.ticketState), in: values) == nil)
      if isCancelled || one.undoes { one.state = "CANCELLED" }
      one.values = values
      joined.append(one)
    }
  }

  /// Of a sale and its refund in one document there is one ticket: the sale's, cancelled.
  private func settle(_ joined: inout [Joined]) {
    var undone: Set<String> = []
    var sold: Set<String> = []
    for one in joined {
      let keys = [one.sale.map { "movement \($0)" }, one.barcode.map { "barcode \($0)" }].compactMap { $0 }
      if one.undoes { undone.formUnion(keys) } else { sold.formUnion(keys) }
    }
    if undone.isEmpty { return }
    for index in joined.indices {
      let one = joined[index]
      let keys = [one.sale.map { "movement \($0)" }, one.barcode.map { "barcode \($0)" }].compactMap { $0 }
      if one.undoes {
        joined[index].isMerged = keys.contains { sold.contains($0) }
      } else if keys.contains(where: { undone.contains($0) }) {
        joined[index].state = "CANCELLED"
      }
    }
  }

  private func isCancelled(_ state: JSONValue?) -> Bool {
    guard let word = state?.stringValue else { return false }
    return TicketState(word: word) == .cancelled
  }

  /// The operation a movement belongs to: named by it, around it, the only one, or the only one that fits.
  private func operation(of movement: OrderDocument.Movement, in order: OrderDocument.Order) throws(FieldProblem)
    -> Int?
  {
    if let operation = movement.operation { return operation }
    if order.operations.isEmpty { return nil }
    if let id = idText(movement.value.value(named: "operationId")) {
      let index = order.operations.firstIndex { operation in
        idText(operation.value(named: "operationId") ?? operation.value(named: "id")) == id
      }
      guard let index else {
        throw FieldProblem(
          field: TicketField.ticketOperation.rawValue, column: "movement.operationId", .noOperation(id: id))
      }
      return index
    }
    if order.operations.count == 1 { return 0 }
    var fitting = Array(order.operations.indices)
    for name in ["performanceId", "productId", "itemId"] {
      guard let id = idText(movement.value.value(named: name)) else { continue }
      fitting = fitting.filter { idText(order.operations[$0].value(named: name)) == id }
    }
    guard fitting.count == 1 else {
      throw FieldProblem(field: TicketField.ticketOperation.rawValue, .noOperation(id: nil))
    }
    return fitting[0]
  }

  /// The ticket that counts: the newest that was not replaced.
  private func newestTicket(of movement: OrderDocument.Movement, in order: OrderDocument.Order) -> JSONObject? {
    var tickets: [JSONObject] = []
    for path in map.ticketPaths {
      switch path.scope {
      case .movement:
        tickets += objects(JSONValue.object(movement.value), path.names)
      case .order:
        let id = idText(movement.value.value(named: "movementId") ?? movement.value.value(named: "id"))
        tickets += objects(JSONValue.object(order.value), path.names).filter { ticket in
          id != nil && idText(ticket.value(named: "movementId")) == id
        }
      default: break
      }
    }
    func age(_ index: Int) -> (Int, Int64, Int) {
      let ticket = tickets[index]
      let state = (ticket.value(named: "ticketState") ?? ticket.value(named: "state"))?.stringValue ?? ""
      let id = idText(ticket.value(named: "ticketId") ?? ticket.value(named: "id")).flatMap { Int64($0) } ?? 0
      return (TicketState(word: state) == .replaced ? 0 : 1, id, index)
    }
    return tickets.indices.max { age($0) < age($1) }.map { tickets[$0] }
  }

  private func objects(_ value: JSONValue, _ names: [String]) -> [JSONObject] {
    var value = value
    for name in names {
      guard let next = value.object?.value(named: name) else { return [] }
      value = next
    }
    if case .object(let object) = value { return [object] }
    return (value.array ?? []).compactMap(\.object)
  }

  private func idText(_ value: JSONValue?) -> String? {
    switch value {
    case .number(let number): number.literal
    case .string(let text): text.isEmpty ? nil : text
    default: nil
    }
  }

  private func text(_ target: FieldTarget, in values: OrderFieldMap.Values) -> String? {
    guard let index = map.targets.firstIndex(of: target), let found = values.found[index] else { return nil }
    return idText(found.value)
  }

  // MARK: The ticket

  private mutating func ticket(_ one: Joined, _ shape: OrderDocument) -> Result<Ticket, FieldProblem> {
    var record = base
    do throws(FieldProblem) {
      if let values = one.values {
        for (index, target) in map.targets.enumerated() {
          guard let found = values.found[index] else { continue }
          if target == .field(.ticketState), one.state != nil { continue }
          try set(target, to: found.value, path: found.path, in: &record)
        }
      }
      if let state = one.state {
        try fields.set(.field(.ticketState), to: state, column: "orderType", in: &record)
      }
      addVariables(one, to: &record.draft)
      record.draft.source = source(one, shape)
      return .success(try fields.ticket(record))
    } catch {
      return .failure(error)
    }
  }

  private mutating func set(
    _ target: FieldTarget, to value: JSONValue, path: String, in record: inout FieldReader.Record
  ) throws(FieldProblem) {
    guard case .field(let field) = target else {
      if let text = plainText(value) { try fields.set(target, to: text, column: path, in: &record) }
      return
    }
    switch (field.kind, value) {
    case (.barcode, .number(let number)):
      throw FieldProblem(field: field.rawValue, column: path, value: number.literal, .barcodeIsNumber)
    case (.barcode, .string(let text)):
      if text.allSatisfy(\.isWhitespace) { return }
      try fields.set(target, to: text, column: path, in: &record)
    case (.date, .number(let number)):
      // Milliseconds since 1970; anything smaller than 1973 in them is something else.
      guard let milliseconds = number.int64, milliseconds > 100_000_000_000 else {
        throw FieldProblem(field: field.rawValue, column: path, value: number.literal, .date(.unreadable))
      }
      try fields.set(field, to: ZonedDateTime(epochMilliseconds: milliseconds), column: path, in: &record)
    case (.localized, .object(let object)):
      guard let text = localized(object) else {
        throw FieldProblem(field: field.rawValue, column: path, .kind(found: value.kindName))
      }
      try record.put(field, .localized(text), column: path, text: text.text)
    case (.money, .number(let number)), (.seconds, .number(let number)):
      try fields.set(
        target, to: number.int64.map { String($0) } ?? number.literal, column: path, in: &record)
    default:
      guard let text = plainText(value) else {
        throw FieldProblem(field: field.rawValue, column: path, .kind(found: value.kindName))
      }
      if !text.isEmpty { try fields.set(target, to: text, column: path, in: &record) }
    }
  }

  /// The text of a plain value, or of an object that has one under a usual name; without blanks around it.
  private func plainText(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text):
      if let first = text.utf8.first, let last = text.utf8.last, 0x21..<0x80 ~= first, 0x21..<0x80 ~= last {
        return text
      }
      var text = text[...]
      while let first = text.first, first.isWhitespace { text.removeFirst() }
      while let last = text.last, last.isWhitespace { text.removeLast() }
      return String(text)
    case .number(let number): return number.literal
    case .bool(let flag): return flag ? "true" : "false"
    case .object(let object): return localized(object)?.text
    case .null, .array: return nil
    }
  }

  /// `{"translations":[{"locale":"fr","value":"…"}]}`, `{"en":"…","fr":"…"}`, or an object with a name.
  private func localized(_ object: JSONObject) -> LocalizedText? {
    var translations: [(String, String)] = []
    if let list = object.value(named: "translations")?.array {
      for element in list {
        if let locale = element["locale"]?.stringValue, let value = element["value"]?.stringValue, !value.isEmpty {
          translations.append((locale, value))
        }
      }
    } else if !object.isEmpty,
      object.members.allSatisfy({ isLanguage($0.name) && ($0.value.isNull || $0.value.stringValue != nil) })
    {
      translations = object.members.compactMap { member in
        member.value.stringValue.flatMap { $0.isEmpty ? nil : (member.name, $0) }
      }
    }
    if let first = translations.first {
      let byLanguage = Dictionary(
        translations.map { ($0.0.lowercased().replacing("_", with: "-"), $0.1) }, uniquingKeysWith: { $1 })
      let text = language.flatMap { byLanguage[$0.lowercased()] } ?? first.1
      return LocalizedText(text, translations: byLanguage)
    }
    for name in ["name", "externalName", "value", "label", "code"] {
      switch object.value(named: name) {
      case .string(let text)? where !text.isEmpty: return LocalizedText(text)
      case .object(let inner)?: return localized(inner)
      default: continue
      }
    }
    return nil
  }

  private func isLanguage(_ name: String) -> Bool {
    let parts = name.split(whereSeparator: { $0 == "-" || $0 == "_" })
    guard let first = parts.first, parts.count <= 2, (2...3).contains(first.utf8.count) else { return false }
    return name.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 == 0x2D || $0 == 0x5F }
  }

  private func addVariables(_ one: Joined, to draft: inout TicketDraft) {
    for path in map.variablePaths {
      let scope: JSONObject? =
        switch path.scope {
        case .order: one.order.value
        case .operation: one.operation
        case .movement: one.movement?.value
        case .file, .contact, .ticket: nil
        }
      guard let scope else { continue }
      var value: JSONValue? = .object(scope)
      for name in path.names { value = value?.object?.value(named: name) }
      switch value {
      case .array(let elements)?:
        for element in elements.compactMap(\.object) {
          let name = element.value(named: "code") ?? element.value(named: "name") ?? element.value(named: "key")
          if let name = name?.stringValue, let text = element.value(named: "value").flatMap({ plainText($0) }) {
            draft.variables[name] = text
          }
        }
      case .object(let object)?:
        for member in object.members {
          if let text = plainText(member.value) { draft.variables[member.name] = text }
        }
      default: break
      }
    }
  }

  private func source(_ one: Joined, _ shape: OrderDocument) -> JSONValue {
    var source = JSONObject()
    source["movement"] = one.movement.map { .object($0.value) }
    source["operation"] = one.operation.map { .object($0) }
    source["order"] = .object(one.order.value)
    source["file"] = shape.file.map { .object($0) }
    return .object(source)
  }
}
