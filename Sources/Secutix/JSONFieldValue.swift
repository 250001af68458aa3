import JSON
import Tickets

extension JSONValue {
  /// An id, exactly as it is written.
  var idText: String? {
    switch self {
    case .number(let number): number.literal
    case .string(let text) where !text.isEmpty: text
    default: nil
    }
  }

  /// The text of a plain value, or of an object that has one under a usual name; without blanks around it.
  func plainText(in language: String?) -> String? {
    switch self {
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
    case .object(let object): return object.localized(in: language)?.text
    case .null, .array: return nil
    }
  }
}

extension JSONObject {
  /// `{"translations":[{"locale":"fr","value":"…"}]}`, `{"en":"…","fr":"…"}`, or an object with a name.
  func localized(in language: String?) -> LocalizedText? {
    var translations: [(String, String)] = []
    if let list = value(named: "translations")?.array {
      for element in list {
        if let locale = element["locale"]?.stringValue, let value = element["value"]?.stringValue, !value.isEmpty {
          translations.append((locale, value))
        }
      }
    } else if !isEmpty,
      members.allSatisfy({ isLanguage($0.name) && ($0.value.isNull || $0.value.stringValue != nil) })
    {
      translations = members.compactMap { member in
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
      switch value(named: name) {
      case .string(let text)? where !text.isEmpty: return LocalizedText(text)
      case .object(let inner)?: return inner.localized(in: language)
      default: continue
      }
    }
    return nil
  }
}

private func isLanguage(_ name: String) -> Bool {
  let parts = name.split(whereSeparator: { $0 == "-" || $0 == "_" })
  guard let first = parts.first, parts.count <= 2, (2...3).contains(first.utf8.count) else { return false }
  return name.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 == 0x2D || $0 == 0x5F }
}
