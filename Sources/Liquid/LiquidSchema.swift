/// The variables that a template may use: a tree of names, so that a slip of the pen is found when the template is
/// loaded and not on a ticket holder's phone.
package struct LiquidSchema: Sendable, Hashable {
  /// What is known about a value.
  package indirect enum Node: Sendable, Hashable {
    /// Nothing is known: any name below is allowed.
    case open
    /// Text, a number, a date …: nothing below but `size`, `first` and `last`.
    case value
    /// Exactly these members.
    case object([String: Node])
    /// A list whose items are all of this form.
    case list(of: Node)
  }

  /// By first name.
  package var variables: [String: Node]

  package init(_ variables: [String: Node]) {
    self.variables = variables
  }
}

extension LiquidSchema.Node: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, LiquidSchema.Node)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}
