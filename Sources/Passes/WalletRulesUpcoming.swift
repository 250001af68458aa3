import JSON

// What came with iOS 26 and 27.
extension PassInspection {
  mutating func checkUpcomingAndActions() {
    var identifiers: Set<String> = []
    for (index, value) in (root["upcomingPassInformation"]?.array ?? []).enumerated() {
      let pointer = "/upcomingPassInformation/\(index)"
      guard let entry = value.object else {
        error(
          "wrong-type", at: pointer, "an upcoming entry must be an object, but is \(value.kindName)",
          hint: "See UpcomingPassInformationEntry.")
        continue
      }
      checkUpcoming(entry, at: pointer)
      if let identifier = entry["identifier"]?.stringValue, !identifiers.insert(identifier).inserted {
        warn(
          "upcoming-identifier-duplicate", at: pointer + "/identifier",
          "two upcoming entries have the identifier “\(excerpt(identifier))”", hint: "Give each its own.")
      }
    }
    checkActions()
  }

  private mutating func checkUpcoming(_ entry: JSONObject, at pointer: String) {
    checkSpelling(ofMembers: entry, at: pointer, Spelling.upcoming)
    let known = JSONObject(entry.members.filter { Spelling.upcoming[$0.name] == nil })
    checkMembers(of: known, at: pointer, WalletKeys.upcoming, severity: .warning)
    for key in ["identifier", "name", "type"] where entry[key] == nil {
      warn("upcoming-incomplete", at: pointer, "the upcoming entry lacks its \(key)", hint: "Add “\(key)”.")
    }
    if let type = entry["type"]?.stringValue, type != "event" {
      warn(
        "upcoming-type-unknown", at: pointer + "/type", "“\(excerpt(type))” is no type of an upcoming entry",
        hint: "Write event.")
    }
    if let dates = entry["dateInformation"]?.object {
      checkMembers(of: dates, at: pointer + "/dateInformation", WalletKeys.upcomingDate, severity: .warning)
      checkTimeZone(dates["timeZone"], at: pointer + "/dateInformation/timeZone")
    }
    if let links = entry["URLs"]?.object {
      checkMembers(of: links, at: pointer + "/URLs", WalletKeys.eventGuide, severity: .warning)
    }
    if let tags = entry["semantics"]?.object { checkTags(tags, at: pointer + "/semantics") }
    for group in ["backFields", "additionalInfoFields"] {
      for (index, field) in (entry[group]?.array ?? []).enumerated() {
        checkField(field, at: "\(pointer)/\(group)/\(index)", in: group, of: .eventTicket)
      }
    }
    for name in ["headerImage", "venueMap"] {
      guard let image = entry["images"]?[name]?.object else { continue }
      checkUpcomingImage(image, at: "\(pointer)/images/\(name)")
    }
  }

  /// A phone fetches these images itself, and checks each against its digest.
  private mutating func checkUpcomingImage(_ image: JSONObject, at pointer: String) {
    checkSpelling(ofMembers: image, at: pointer, Spelling.upcoming)
    let known = JSONObject(image.members.filter { Spelling.upcoming[$0.name] == nil })
    checkMembers(of: known, at: pointer, WalletKeys.upcomingImage, severity: .warning)
    for (index, value) in (image["URLs"]?.array ?? []).enumerated() {
      let place = "\(pointer)/URLs/\(index)"
      guard let file = value.object else {
        warn(
          "wrong-type", at: place, "an image's file must be an object, but is \(value.kindName)",
          hint: "Write {\"URL\": \"https://…\", \"SHA256\": \"…\"}.")
        continue
      }
      checkSpelling(ofMembers: file, at: place, Spelling.upcomingImageFile)
      let known = JSONObject(file.members.filter { Spelling.upcomingImageFile[$0.name] == nil })
      checkMembers(of: known, at: place, WalletKeys.upcomingImageFile, severity: .warning)
      func has(_ name: String) -> Bool {
        file.names.contains { $0 == name || Spelling.upcomingImageFile[$0] == name }
      }
      for key in ["URL", "SHA256"] where !has(key) {
        warn("upcoming-image-incomplete", at: place, "the image's file lacks its \(key)", hint: "Add “\(key)”.")
      }
      if let url = file["URL"]?.stringValue, !url.lowercased().hasPrefix("https://") {
        warn(
          "upcoming-image-incomplete", at: place + "/URL", "phones fetch an upcoming entry's images by https only",
          hint: "Give an https address.")
      }
      if let digest = file["SHA256"]?.stringValue, digest.utf8.count != 64 || !digest.allSatisfy(\.isHexDigit) {
        warn(
          "upcoming-image-incomplete", at: place + "/SHA256", "“\(excerpt(digest))” is no SHA-256",
          hint: "Write the 64 hexadecimal digits of the file's SHA-256.")
      }
    }
  }

  // MARK: - Featured actions

  private static let actionTypes = [
    "viewSchedule", "watchTrailer", "listenToMusic", "call", "place", "addToBalance", "order", "shop",
    "membershipBenefits", "bookAppointment", "bookCar", "bookFlight", "bookStay", "viewOffersRewards",
  ]

  private mutating func checkActions() {
    let actions = root["featuredActions"]?.array ?? []
    if actions.count > 2 {
      warn(
        "too-many-actions", at: "/featuredActions", "Wallet shows 2 featured actions, the pass has \(actions.count)",
        hint: "Put the two that matter first.")
    }
    for (index, value) in actions.enumerated() {
      let pointer = "/featuredActions/\(index)"
      guard let action = value.object else {
        warn(
          "wrong-type", at: pointer, "a featured action must be an object, but is \(value.kindName)",
          hint: "Write {\"identifier\": \"…\", \"type\": \"…\", \"url\": \"…\"}.")
        continue
      }
      checkMembers(of: action, at: pointer, WalletKeys.action, severity: .warning)
      for key in ["identifier", "type", "url"] where action[key] == nil {
        warn("action-incomplete", at: pointer, "the action lacks its \(key)", hint: "Add “\(key)”.")
      }
      if let type = action["type"]?.stringValue, !Self.actionTypes.contains(type) {
        warn(
          "action-type-unknown", at: pointer + "/type", "“\(excerpt(type))” is no type of action that Apple lists",
          hint: WalletKeys.nearest(to: type, in: Self.actionTypes).map { "Did you mean \($0)?" }
            ?? "Use one of \(Self.actionTypes.joined(separator: ", ")).")
      }
    }
  }
}
