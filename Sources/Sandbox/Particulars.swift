import JSON

/// Takes members out of an object and says at the end what nobody knew.
struct Particulars {
  private var members: JSONObject
  private let scenario: String

  init(_ members: JSONObject, of scenario: String) {
    self.members = members
    self.scenario = scenario
  }

  private mutating func take(_ name: String) -> JSONValue? {
    defer { members[name] = nil }
    return members[name].flatMap { $0.isNull ? nil : $0 }
  }

  mutating func text(_ name: String) throws(SandboxError) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.stringValue else { throw SandboxError("\(name) must be a string, not \(value.kindName)") }
    return text
  }

  mutating func integer(_ name: String) throws(SandboxError) -> Int64? {
    guard let value = take(name) else { return nil }
    guard let number = value.int else { throw SandboxError("\(name) must be a whole number, not \(value.kindName)") }
    return number
  }

  mutating func integers(_ name: String) throws(SandboxError) -> [Int64] {
    guard let value = take(name) else { return [] }
    let numbers = (value.array ?? [value]).compactMap(\.int)
    guard numbers.count == value.array?.count ?? 1 else { throw SandboxError("\(name) must be whole numbers") }
    return numbers
  }

  mutating func flag(_ name: String) throws(SandboxError) -> Bool? {
    guard let value = take(name) else { return nil }
    guard let flag = value.bool else { throw SandboxError("\(name) must be true or false, not \(value.kindName)") }
    return flag
  }

  /// One name or several; the last word is the last name.
  mutating func people(_ name: String) throws(SandboxError) -> [SandboxPerson] {
    guard let value = take(name) else { return [] }
    let names = (value.array ?? [value]).compactMap(\.stringValue)
    guard names.count == value.array?.count ?? 1 else { throw SandboxError("\(name) must be names") }
    return names.map { name in
      let words = name.split(separator: " ")
      return SandboxPerson(words.dropLast().joined(separator: " "), words.last.map(String.init) ?? "")
    }
  }

  func end() throws(SandboxError) {
    if let unknown = members.names.first { throw SandboxError("\(scenario) knows no \(unknown.prefix(40))") }
  }
}
