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
    map = try mapping == nil ? OrderFieldMap.usual.get() : OrderFieldMap(mapping: mapping)
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
    var places: [String: Set<String>] = [:]
    for one in joined {
      for key in one.keys { places[key, default: []].formUnion(one.places) }
    }
    return joined.compactMap { one in
      guard !one.isMerged else { return nil }
      guard let movement = one.movement else {
        return Outcome(result: .failure(one.problem ?? FieldProblem(.noMovements)))
      }
      let kept = one.keys.reduce(into: Set(one.places)) { $0.formUnion(places[$1] ?? []) }
      var outcome = Outcome(
        result: .failure(one.problem ?? FieldProblem(.noIdentity)),
        movement: MovementPlace(pointer: movement.pointer, kept: kept))
      if one.problem == nil {
        outcome.result = ticket(one, shape)
        if case .failure(let problem) = outcome.result {
          let word = one.state ?? one.values.flatMap { text(.field(.ticketState), in: $0) } ?? "NOT_PRINTED"
          outcome.isWaiting = problem.reason == .noIdentity && TicketState(word: word) == .notPrinted
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
    /// JSON Pointers of all that must stay with the movement when it is written alone.
    var places: [String] = []
    var values: OrderFieldMap.Values?
    var problem: FieldProblem?
    /// What two records of one sale have in common: the movement that was sold, or the barcode.
    var keys: [String] = []
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
    let index = OrderIndex(order, ticketPaths: map.ticketPaths)
    let isCancelled =
      isCancelled(shape.file?.value(named: "fileState")) || isCancelled(order.value.value(named: "orderState"))
    let type = order.value.value(named: "orderType")?.stringValue?.uppercased() ?? ""
    for movement in order.movements {
      var one = Joined(order: order, movement: movement)
      one.places = [movement.pointer] + index.listed(for: movement).map(\.pointer)
      var values = map.values(of: movement.value, as: .movement)
      values.merge(map.values(of: index.newestTicket(of: movement), as: .ticket))
      values.merge(shared)
      do throws(FieldProblem) {
        if let operation = try index.operation(of: movement) {
          one.operation = order.operations[operation]
          // Around a movement the operation is there anyway, and whole it would bring its other movements.
          if movement.operation == nil { one.places.append(order.operationPointers[operation]) }
          values.merge(operations[operation])
        }
      } catch {
        one.problem = error
      }
      one.keys = [
        text(.field(.ticketMovement), in: values).map { "movement \($0)" },
        text(.field(.ticketBarcode), in: values).flatMap { soundBarcode($0) }.map { "barcode \($0)" },
      ].compactMap { $0 }
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
      if one.undoes { undone.formUnion(one.keys) } else { sold.formUnion(one.keys) }
    }
    if undone.isEmpty { return }
    for index in joined.indices {
      let one = joined[index]
      if one.undoes {
        joined[index].isMerged = one.keys.contains { sold.contains($0) }
      } else if one.keys.contains(where: { undone.contains($0) }) {
        joined[index].state = "CANCELLED"
      }
    }
  }

  /// Two barcodes that a spreadsheet damaged look the same and are not.
  private func soundBarcode(_ text: String) -> String? {
    barcodeReason(text) == nil ? (try? Barcode(text))?.text : nil
  }

  private func isCancelled(_ state: JSONValue?) -> Bool {
    guard let word = state?.stringValue else { return false }
    return TicketState(word: word) == .cancelled
  }

  private func text(_ target: FieldTarget, in values: OrderFieldMap.Values) -> String? {
    guard let index = map.targets.firstIndex(of: target), let found = values.found[index] else { return nil }
    return found.value.idText
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
      if let text = value.plainText(in: language) { try fields.set(target, to: text, column: path, in: &record) }
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
      guard let text = object.localized(in: language) else {
        throw FieldProblem(field: field.rawValue, column: path, .kind(found: value.kindName))
      }
      try record.put(field, .localized(text), column: path, text: text.text)
    case (.money, .number(let number)), (.seconds, .number(let number)):
      try fields.set(
        target, to: number.int64.map { String($0) } ?? number.literal, column: path, in: &record)
    default:
      guard let text = value.plainText(in: language) else {
        throw FieldProblem(field: field.rawValue, column: path, .kind(found: value.kindName))
      }
      if !text.isEmpty { try fields.set(target, to: text, column: path, in: &record) }
    }
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
          if let name = name?.stringValue,
            let text = element.value(named: "value").flatMap({ $0.plainText(in: language) })
          {
            draft.variables[name] = text
          }
        }
      case .object(let object)?:
        for member in object.members {
          if let text = member.value.plainText(in: language) { draft.variables[member.name] = text }
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
