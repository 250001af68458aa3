extension LiquidTemplate {
  /// What a template can render to, as far as it can be told without a ticket.
  package struct PossibleTexts: Sendable, Hashable {
    /// Texts that are written in the template, one for each way through its conditions.
    package var texts: Set<String>
    /// Whether these are all: no way through it prints a value.
    package var isComplete: Bool

    package init(texts: Set<String>, isComplete: Bool) {
      self.texts = texts
      self.isComplete = isComplete
    }
  }

  /// Every text the template can render to by its conditions alone.
  package var possibleTexts: PossibleTexts {
    let found = Self.possibleTexts(of: nodes[...])
    return PossibleTexts(texts: Set(found.compactMap { $0 }), isComplete: !found.contains(nil))
  }

  /// More ways than this are not followed.
  private static let maximumTexts = 256

  /// The texts of some nodes; nil stands for those that only a ticket can tell.
  private static func possibleTexts(of nodes: ArraySlice<Node>) -> Set<String?> {
    var texts: Set<String?> = [""]
    for node in nodes {
      let next = possibleTexts(of: node)
      if next == [""] { continue }
      guard texts.count * next.count <= maximumTexts else { return [nil] }
      texts = Set(texts.flatMap { text in next.map { piece in text.flatMap { text in piece.map { text + $0 } } } })
    }
    return texts
  }

  private static func possibleTexts(of node: Node) -> Set<String?> {
    switch node {
    case .text(let text): return [text]
    case .output(let output):
      if case .literal(.string(let text)) = output.base, output.filters.isEmpty { return [text] }
      return [nil]
    case .assign, .capture: return [""]
    case .branches(let branches, let otherwise):
      return branches.reduce(into: possibleTexts(of: (otherwise ?? [])[...])) {
        $0.formUnion(possibleTexts(of: $1.body[...]))
      }
    case .choice(let choice):
      // Without `else` it may well be that nothing fits.
      let hasElse = choice.branches.contains { $0.values.isEmpty }
      return choice.branches.reduce(into: hasElse ? [] : [""]) { $0.formUnion(possibleTexts(of: $1.body[...])) }
    case .loop, .cycle, .increment, .breakLoop, .continueLoop: return [nil]
    }
  }
}
