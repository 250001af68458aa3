import JSON

/// A text as it stands in a template, before any ticket: what a designer wrote, and where.
package struct TemplateText: Sendable, Hashable {
  /// Liquid, or the key of a translation, or the text itself.
  package let text: String
  package let place: Finding.Place
}

extension PassTemplate {
  /// What stands behind a field of a finished pass: the member of the field with that key, or its binding.
  ///
  /// - Parameters:
  ///   - style: `eventTicket`.
  ///   - group: `headerFields`.
  ///   - key: the field's key, by which a field is found again although others were left out.
  ///   - member: `value`, `label`.
  package func source(style: String, group: String, key: String, member: String) -> TemplateText? {
    let bound = settings.bindings.last { $0.target == key && ($0.member ?? "value") == member }
    let fields = passJSON[style]?[group]?.array ?? []
    let index = fields.firstIndex { $0["key"]?.stringValue == key }
    let pointer = index.map { "/\(style)/\(group)/\($0)/\(member)" }
    if let bound {
      return TemplateText(
        text: bound.text, place: .init(file: TemplateSettings.fileName, line: bound.line, column: bound.column))
    }
    return pointer.flatMap { source(of: $0) }
  }

  /// What stands at a place of `pass.json`, or is bound to it.
  ///
  /// - Parameter pointer: a JSON Pointer into the template's own `pass.json`.
  package func source(of pointer: String) -> TemplateText? {
    if let bound = settings.bindings.last(where: { $0.target == pointer && $0.member == nil }) {
      return TemplateText(
        text: bound.text, place: .init(file: TemplateSettings.fileName, line: bound.line, column: bound.column))
    }
    guard let value = passJSON[pointer: pointer] else { return nil }
    let position = position(of: pointer)
    return TemplateText(
      text: value.stringValue ?? String(decoding: value.serialized(), as: UTF8.self),
      place: .init(file: TemplateCompiler.fileName, pointer: pointer, line: position?.line, column: position?.column))
  }
}
