/// A name that may be known in several languages.
package struct LocalizedText: Sendable, Hashable {
  /// The text to show where no translation fits.
  package var text: String
  /// Translations by lower-case language code (`fr`, `pt-br`); may be empty.
  package var translations: [String: String]

  package init(_ text: String, translations: [String: String] = [:]) {
    self.text = text
    self.translations = translations
  }

  /// The text in a language: its own translation, else that of the language without region, else the default text.
  package func text(in language: String) -> String {
    if translations.isEmpty { return text }
    let wanted = language.lowercased()
    if let exact = translations[wanted] { return exact }
    if let dash = wanted.firstIndex(of: "-"), let base = translations[String(wanted[..<dash])] { return base }
    return text
  }

  /// Whether the language chosen can change what is shown.
  package var isTranslated: Bool { translations.contains { $0.value != text } }

  package var isEmpty: Bool { text.isEmpty && translations.isEmpty }
}

extension LocalizedText: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self.init(text) }
}
