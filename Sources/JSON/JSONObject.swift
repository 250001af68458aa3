/// The members of a JSON object in the order they were written, repeated names included.
///
/// Equal objects have the same members in the same order. Looking a name up walks the members: the objects of this project
/// have tens of them.
package struct JSONObject: Sendable, Hashable {
  package struct Member: Sendable, Hashable {
    package var name: String
    package var value: JSONValue

    package init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  package var members: [Member]

  package init(_ members: [Member] = []) {
    self.members = members
  }

  package var isEmpty: Bool { members.isEmpty }
  package var count: Int { members.count }
  package var names: [String] { members.map(\.name) }

  /// The value of a name; of a repeated name the last, as most readers have it.
  ///
  /// Setting replaces the value in its place or appends a member; setting nil removes every member of that name.
  package subscript(name: String) -> JSONValue? {
    get { members.last { $0.name == name }?.value }
    set {
      guard let newValue else {
        members.removeAll { $0.name == name }
        return
      }
      if let index = members.lastIndex(where: { $0.name == name }) {
        members[index].value = newValue
      } else {
        members.append(Member(name: name, value: newValue))
      }
    }
  }

  /// Names that occur more than once, each once, in the order of their second occurrence.
  package var duplicateNames: [String] {
    var seen: Set<String> = []
    var repeated: [String] = []
    for member in members where !seen.insert(member.name).inserted && !repeated.contains(member.name) {
      repeated.append(member.name)
    }
    return repeated
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { Member(name: $0, value: $1) })
  }
}
