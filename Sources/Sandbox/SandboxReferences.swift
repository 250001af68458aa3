import JSON

/// What others keep with an order, and who bought it.
extension SandboxSecutix {
  /// `getExternalReference`. The kind of an order is the only one that is documented; that the list is called
  /// `externalReferences` is not.
  ///
  /// - Returns: nil for another kind, and for an order nobody has.
  func references(_ body: JSONValue) -> JSONObject? {
    guard let order = order(named: body) else { return nil }
    let kept = externalReferences[order] ?? [:]
    return [
      "externalReferences": .array(kept.members.map { ["key": .string($0.name), "value": $0.value] })
    ]
  }

  /// `updateExternalReferences`: one pair or several; a key that is there has the new value.
  ///
  /// - Returns: nil as above, and for what is no pair of strings: then nothing is kept.
  func updateReferences(_ body: JSONValue) -> JSONObject? {
    guard let order = order(named: body), let given = body["externalReference"] else { return nil }
    var kept = externalReferences[order] ?? [:]
    for pair in given.array ?? [given] {
      guard let key = pair["key"]?.stringValue, let value = pair["value"]?.stringValue else { return nil }
      kept[key] = .string(value)
    }
    externalReferences[order] = kept
    return [:]
  }

  private func order(named body: JSONValue) -> Int64? {
    guard body["externalReferenceKind"]?.stringValue == "ORDER", let id = body["id"]?.int, file(ofOrder: id) != nil
    else { return nil }
    return id
  }

  /// `getContactData`: a buyer, by the number that files have as `contactReference`.
  ///
  /// The members are called as in a file's contacts and come under the detail they fit best; both are assumptions, as is the
  /// name of the object. Without `details` everything comes.
  ///
  /// - Returns: nil for a number nobody has.
  func contact(_ body: JSONValue) -> JSONObject? {
    guard let number = body["contactNumber"]?.stringValue,
      let buyer = files.last(where: { $0.contactReference == number })?.buyer
    else { return nil }
    let details = body["details"]?.array?.compactMap(\.stringValue)
    var document: JSONObject = ["contactNumber": .string(number)]
    if details?.contains("GENERAL") ?? true {
      document["firstName"] = .string(buyer.firstName)
      document["lastName"] = .string(buyer.lastName)
    }
    if details?.contains("COM_MEANS") ?? true { document["email"] = buyer.email.map { .string($0) } }
    return ["contactData": .object(document)]
  }
}
