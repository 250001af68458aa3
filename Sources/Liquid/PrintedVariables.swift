extension LiquidTemplate {
  /// The variables whose values can show in the result, such as `seat.row`: those that are printed, and those whose values
  /// went into a name that is. What is only asked in conditions shows nowhere.
  package var printedVariables: Set<String> {
    var walk = PrintedVariables()
    walk.visit(nodes)
    return walk.printed
  }
}

/// A walk over a template in the order of its execution.
private struct PrintedVariables {
  private(set) var printed: Set<String> = []
  /// What went into the names that the template sets itself.
  private var locals: [String: Set<String>] = [:]

  mutating func visit(_ nodes: [Node]) {
    for node in nodes { visit(node) }
  }

  private mutating func visit(_ node: Node) {
    switch node {
    case .text, .increment, .breakLoop, .continueLoop: break
    case .output(let expression): printed.formUnion(names(in: expression))
    case .assign(let name, let expression): locals[name, default: []].formUnion(names(in: expression))
    case .capture(let name, let body, _):
      let before = printed
      printed = []
      visit(body)
      locals[name, default: []].formUnion(printed)
      printed = before
    case .branches(let branches, let otherwise):
      for branch in branches { visit(branch.body) }
      visit(otherwise ?? [])
    case .choice(let choice):
      for branch in choice.branches { visit(branch.body) }
    case .loop(let loop):
      locals[loop.variable, default: []].formUnion(names(in: loop.collection))
      visit(loop.body)
      visit(loop.otherwise ?? [])
    case .cycle(let cycle):
      for value in cycle.values { printed.formUnion(names(in: value)) }
    }
  }

  private func names(in expression: FilteredExpression) -> Set<String> {
    expression.filters.reduce(into: names(in: expression.base)) { names, call in
      for argument in call.arguments { names.formUnion(self.names(in: argument)) }
    }
  }

  private func names(in expression: Expression) -> Set<String> {
    switch expression {
    case .literal, .range, .comparison, .logical: []
    case .variable(let name, _): locals[name] ?? [name]
    case .member(let name, let member, _): locals[name] ?? ["\(name).\(member)"]
    case .path(let path): names(in: path)
    }
  }

  private func names(in path: Path) -> Set<String> {
    guard case .name(let root) = path.root else { return [] }
    if let known = locals[root] { return known }
    guard case .name(let member)? = path.segments.first else { return [root] }
    return ["\(root).\(member)"]
  }
}
