import JSON
import Liquid

extension PassTemplate {
  /// What a holder must hear of before setting out: when it begins, where, and which seat. What things are called or cost,
  /// whose they are and when they end can wait until the pass is looked at.
  static let announcedVariables: Set<String> = [
    "event.start", "event.doors", "venue.name", "venue.hall", "seat.area", "seat.block", "seat.row", "seat.number",
    "seat.entrance", "seat.level",
  ]

  /// What is in the venue's hands: nobody else knows whether a value of them is a gate or a number.
  private static let openObjects: Set<Substring> = ["variables", "source"]

  /// Those of the variables of a field that a holder must hear of. What a comfort variable means is told by what else the
  /// field shows: with `default: contact.number` it is no place.
  private static func announced(_ variables: Set<String>) -> Set<String> {
    let open = variables.filter { name in name.split(separator: ".").first.map { openObjects.contains($0) } ?? false }
    let known = variables.subtracting(open)
    let announced = known.intersection(announcedVariables)
    return known.isEmpty || !announced.isEmpty ? announced.union(open) : announced
  }

  /// Groups that a holder sees without turning the pass around.
  private static let frontGroups: Set<String> = [
    "headerFields", "primaryFields", "secondaryFields", "auxiliaryFields",
  ]

  /// A field whose value depends on the ticket.
  private struct DynamicField {
    var key: String
    var isOnFront: Bool
    var place: Finding.Place
    var variables: Set<String>
    /// nil: it has none. Empty: the designer says that no notice is wanted.
    var changeMessage: String?
  }

  /// Fields of the front whose change no phone would announce.
  ///
  /// A field needs no message of its own when another one announces the same value: the date of a pass often stands in
  /// several places, and one notice is enough.
  func missingChangeMessages() -> [Finding] {
    let fields = dynamicFields()
    let announced = fields.reduce(into: Set<String>()) { announced, field in
      if field.changeMessage?.isEmpty == false { announced.formUnion(field.variables) }
    }
    return fields.compactMap { field in
      guard field.isOnFront, field.changeMessage == nil else { return nil }
      let silent = Self.announced(field.variables).subtracting(announced).sorted()
      guard !silent.isEmpty else { return nil }
      return Finding(
        .warning, "change-message-missing", at: located(field.place),
        "when \(silent.joined(separator: " or ")) changes, the phone updates “\(excerpt(field.key))” without a word",
        hint: "Add a changeMessage with %@ where the new value belongs, or an empty one if that is meant.")
    }
  }

  private func dynamicFields() -> [DynamicField] {
    var fields: [DynamicField] = []
    for style in members {
      guard WalletStyle(rawValue: style.name) != nil, case .object(let groups, _) = style.node else { continue }
      for group in groups where group.name.hasSuffix("Fields") {
        guard case .array(let elements) = group.node else { continue }
        for element in elements {
          guard case .object(let members, _) = element,
            case .leaf(let value)? = members.first(where: { $0.name == "value" })?.node
          else { continue }
          fields.append(
            DynamicField(
              key: members.text(of: "key") ?? "", isOnFront: Self.frontGroups.contains(group.name),
              place: value.place, variables: value.liquid.printedVariables,
              changeMessage: members.text(of: "changeMessage")))
        }
      }
    }
    return fields
  }
}

extension [TemplateMember] {
  /// The text of a member; of one that holds Liquid, some text that is not empty. nil without the member.
  fileprivate func text(of name: String) -> String? {
    switch first(where: { $0.name == name })?.node {
    case .fixed(let bytes): (try? JSONValue(parsing: bytes))?.stringValue
    case .leaf: "{{ }}"
    case .object, .array, nil: nil
    }
  }
}
