import JSON

extension JSONValue {
  /// A document of orders with these movements alone: without the others, and without the orders that then have none.
  ///
  /// Takes what is kept rather than leaving out what is not, so that it costs the same in a large order as in a small one.
  ///
  /// - Parameter pointers: JSON Pointers of the movements, and of the elements of other lists (operations, tickets) they
  ///   need; a list of which nothing is named stays as it is.
  func keepingMovements(_ pointers: Set<String>) -> JSONValue {
    var kept = KeptPlaces()
    for pointer in pointers { kept.add(pointer.split(separator: "/")[...]) }
    return keeping(kept)
  }

  private func keeping(_ kept: KeptPlaces) -> JSONValue {
    if kept.below.isEmpty { return self }
    switch self {
    case .array(let elements):
      let indexes = kept.below.keys.compactMap { Int($0) }.sorted().filter { elements.indices.contains($0) }
      return .array(indexes.map { elements[$0].keeping(kept.below["\($0)"] ?? KeptPlaces()) })
    case .object(let object):
      var members: [JSONObject.Member] = []
      for member in object.members {
        if let below = kept.below[jsonPointerToken(member.name)] {
          members.append(.init(name: member.name, value: member.value.keeping(below)))
        } else if !OrderDocument.matches(member.name, OrderDocument.orderNames + OrderDocument.movementNames) {
          members.append(member)
        }
      }
      return .object(JSONObject(members))
    default: return self
    }
  }
}

/// Pointers as a tree of their tokens.
private struct KeptPlaces {
  var below: [String: KeptPlaces] = [:]

  mutating func add(_ tokens: ArraySlice<Substring>) {
    guard let first = tokens.first else { return }
    below[String(first), default: KeptPlaces()].add(tokens.dropFirst())
  }
}
