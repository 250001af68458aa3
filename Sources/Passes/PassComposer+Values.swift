import JSON
import Liquid
import ZonedTime

// The strings that hold Liquid: what each comes out as, in the form that its place in `pass.json` wants.
extension PassComposer {
  mutating func write(_ leaf: TemplateLeaf) throws(CompositionError) -> Bool {
    switch leaf.kind {
    case .text: return try writeText(leaf, text: render(leaf, contexts[0]))
    case .typed: return try writeTyped(leaf, evaluate(leaf))
    case .date:
      switch try evaluate(leaf) {
      case .date(let date): json.appendJSONString(date.iso8601)
      case .null, .empty, .blank: return false
      case .string(let text):
        if text.isEmpty { return false }
        guard let date = ZonedDateTime(iso8601: text) else { throw failure(leaf, .notADate(text)) }
        json.appendJSONString(date.iso8601)
      default: throw failure(leaf, .notADate(try render(leaf, contexts[0])))
      }
    case .number:
      let value = try evaluate(leaf)
      let number: JSONNumber?
      switch value {
      case .int(let whole): number = JSONNumber(Int64(whole))
      case .double(let double): number = JSONNumber(double)
      case .null, .empty, .blank: return false
      case .string(let text) where text.isEmpty: return false
      case .string(let text): number = JSONNumber(literal: text)
      default: number = nil
      }
      guard let number else { throw failure(leaf, .notANumber(try render(leaf, contexts[0]))) }
      json.append(contentsOf: number.literal.utf8)
    case .boolean:
      switch try evaluate(leaf) {
      case .bool(let flag): json.append(contentsOf: (flag ? "true" : "false").utf8)
      case .null, .empty, .blank: return false
      case .string(let text) where text.isEmpty: return false
      case .string(let text) where text == "true" || text == "false": json.append(contentsOf: text.utf8)
      default: throw failure(leaf, .notABoolean(try render(leaf, contexts[0])))
      }
    case .color:
      let text = try render(leaf, contexts[0])
      if text.isEmpty { return false }
      guard LeafKind.isColor(text) else { throw failure(leaf, .notAColor(text)) }
      json.appendJSONString(text)
    case .list:
      let start = json.count
      json.append(UInt8(ascii: "["))
      guard try writeElements(leaf) else {
        json.removeSubrange(start...)
        return false
      }
      json.append(UInt8(ascii: "]"))
    case .listElements: return try writeElements(leaf)
    }
    return true
  }

  /// Nothing to see: what is between two variables remains when both are empty.
  private static func isBlank(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  private mutating func writeText(_ leaf: TemplateLeaf, text: String) throws(CompositionError) -> Bool {
    if Self.isBlank(text) { return false }
    if let problem = leaf.barcode?.problem(with: text) { throw failure(leaf, problem) }
    let shown = leaf.isLocalizable ? try translated(leaf, text) : text
    json.appendJSONString(shown)
    return true
  }

  private mutating func writeTyped(_ leaf: TemplateLeaf, _ value: LiquidValue) throws(CompositionError) -> Bool {
    switch value {
    case .null, .empty, .blank: return false
    case .bool(let flag): json.append(contentsOf: (flag ? "true" : "false").utf8)
    case .int(let whole): json.append(contentsOf: String(whole).utf8)
    case .double(let double):
      guard let number = JSONNumber(double) else { throw failure(leaf, .notANumber("\(double)")) }
      json.append(contentsOf: number.literal.utf8)
    case .date(let date): json.appendJSONString(date.iso8601)
    case .string(let text): return try writeText(leaf, text: text)
    case .array, .object, .range: return try writeText(leaf, text: render(leaf, contexts[0]))
    }
    return true
  }

  /// One text after the other, without brackets.
  private mutating func writeElements(_ leaf: TemplateLeaf) throws(CompositionError) -> Bool {
    let texts: [String]
    switch try evaluate(leaf) {
    case .array(let elements):
      texts = elements.compactMap { element in
        let text = element.text
        return Self.isBlank(text) ? nil : text
      }
    case .null, .empty, .blank: return false
    case let value:
      texts = value.text.split(separator: ",").compactMap { part in
        var trimmed = part.utf8.drop { $0 == 0x20 }
        while trimmed.last == 0x20 { trimmed.removeLast() }
        return trimmed.isEmpty ? nil : String(Substring(trimmed))
      }
    }
    for (index, text) in texts.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      json.appendJSONString(text)
    }
    return !texts.isEmpty
  }

  func render(_ leaf: TemplateLeaf, _ context: LiquidContext) throws(CompositionError) -> String {
    do {
      return try leaf.liquid.render(context)
    } catch {
      throw failure(leaf, error)
    }
  }

  private func evaluate(_ leaf: TemplateLeaf) throws(CompositionError) -> LiquidValue {
    do {
      return try leaf.liquid.evaluate(contexts[0])
    } catch {
      throw failure(leaf, error)
    }
  }

  private func failure(_ leaf: TemplateLeaf, _ reason: CompositionError.Reason) -> CompositionError {
    CompositionError(reason: reason, place: template.located(leaf.place))
  }

  private func failure(_ leaf: TemplateLeaf, _ error: LiquidError) -> CompositionError {
    CompositionError(
      reason: .liquid("\(error.kind)"),
      place: template.located(leaf.place, inside: (error.place.line, error.place.column)))
  }
}
