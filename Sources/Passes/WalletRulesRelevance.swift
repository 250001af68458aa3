import JSON
import ZonedTime

extension PassInspection {
  mutating func checkRelevance() {
    checkLocations()
    checkBeacons()
    checkRelevantDates()
    if let distance = root["maxDistance"]?.double, distance <= 0 {
      warn(
        "max-distance-range", at: "/maxDistance", "maxDistance must be above 0 metres",
        hint: "Leave it out for the usual distance.")
    }
    if let text = root["relevantDate"]?.stringValue, case .success(let date) = WalletDate.parse(text) {
      checkStillAhead(date, at: "/relevantDate")
    }
    if root["relevantDate"] != nil, root["relevantDates"] == nil {
      warn(
        "relevant-date-deprecated", at: "/relevantDate", "relevantDate is deprecated since iOS 18",
        hint: "Add relevantDates, and keep relevantDate for older phones.")
    }
    checkPlacesOfRelevance()
  }

  /// Passes without a day of their own come up by place (Showing a Pass on the Lock Screen).
  private mutating func checkPlacesOfRelevance() {
    guard let style, [.generic, .coupon, .storeCard].contains(style),
      let key = ["relevantDates", "relevantDate"].first(where: { root[$0] != nil }),
      root["locations"] == nil, root["beacons"] == nil
    else { return }
    let name = style.rawValue
    warn(
      "relevance-without-place", at: "/\(key)",
      style == .generic
        ? "a \(name) pass comes up by place, or by place and date, and this one has a date only"
        : "a \(name) comes up by place, and dates do nothing for it",
      hint: "Add locations, or leave \(key) out.")
  }

  private mutating func checkLocations() {
    guard let locations = root["locations"]?.array else { return }
    if locations.count > 10 {
      warn(
        "too-many-locations", at: "/locations", "Wallet watches 10 locations, the pass has \(locations.count)",
        hint: "Keep the ten that matter.")
    }
    for (index, location) in locations.enumerated() {
      let pointer = "/locations/\(index)"
      guard let object = location.object else {
        error(
          "wrong-type", at: pointer, "a location must be an object, but is \(location.kindName)",
          hint: "See Pass.Locations.")
        continue
      }
      checkMembers(of: object, at: pointer, WalletKeys.location)
      for (key, limit) in [("latitude", 90.0), ("longitude", 180.0)] {
        guard let value = object[key] else {
          error(
            "location-incomplete", at: pointer, "the location lacks its \(key)", hint: "Both coordinates are needed.")
          continue
        }
        if value.number != nil, value.double.map({ abs($0) > limit }) ?? true {
          warn(
            "location-range", at: "\(pointer)/\(key)", "\(key) must be between -\(Int(limit)) and \(Int(limit))",
            hint: "Are latitude and longitude swapped?")
        }
      }
    }
  }

  private mutating func checkBeacons() {
    guard let beacons = root["beacons"]?.array else { return }
    let identifiers = Set(beacons.compactMap { $0["proximityUUID"]?.stringValue?.lowercased() })
    if identifiers.count > 10 {
      warn(
        "too-many-beacons", at: "/beacons", "Wallet watches 10 beacon UUIDs, the pass has \(identifiers.count)",
        hint: "Share one UUID and tell beacons apart by major and minor.")
    }
    for (index, beacon) in beacons.enumerated() {
      let pointer = "/beacons/\(index)"
      guard let object = beacon.object else {
        error(
          "wrong-type", at: pointer, "a beacon must be an object, but is \(beacon.kindName)", hint: "See Pass.Beacons.")
        continue
      }
      checkMembers(of: object, at: pointer, WalletKeys.beacon)
      if object["proximityUUID"] == nil {
        error("beacon-uuid", at: pointer, "the beacon has no proximityUUID", hint: "Add it.")
      } else if let text = object["proximityUUID"]?.stringValue, !Self.isUUID(text) {
        error(
          "beacon-uuid", at: pointer + "/proximityUUID", "“\(excerpt(text))” is not a UUID",
          hint: "Write it like F8F589E9-C07E-58B8-9B7A-2D1C6F0A5A11.")
      }
      for key in ["major", "minor"] {
        guard let value = object[key], value.number != nil, !(value.int.map { (0...65_535).contains($0) } ?? false)
        else {
          continue
        }
        warn(
          "beacon-range", at: "\(pointer)/\(key)", "\(key) must be a whole number from 0 to 65535", hint: "Correct it.")
      }
    }
  }

  private static func isUUID(_ text: String) -> Bool {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && groups.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
  }

  // MARK: - Dates

  private mutating func checkRelevantDates() {
    guard let dates = root["relevantDates"]?.array else { return }
    if dates.isEmpty {
      warn("relevant-dates-shape", at: "/relevantDates", "relevantDates is an empty array", hint: "Leave it out.")
    }
    for (index, value) in dates.enumerated() {
      let pointer = "/relevantDates/\(index)"
      guard let object = value.object else {
        error(
          "wrong-type", at: pointer, "an entry of relevantDates must be an object, but is \(value.kindName)",
          hint: "Write {\"date\": \"…\"} or {\"startDate\": \"…\", \"endDate\": \"…\"}.")
        continue
      }
      checkMembers(of: object, at: pointer, WalletKeys.relevantDate)
      checkRelevantDate(object, at: pointer)
    }
  }

  private mutating func checkRelevantDate(_ entry: JSONObject, at pointer: String) {
    let hasInterval = entry["startDate"] != nil || entry["endDate"] != nil
    let single = entry["date"] ?? entry["relevantDate"]
    if single == nil, !hasInterval {
      error(
        "relevant-dates-shape", at: pointer, "the entry has neither date nor startDate and endDate",
        hint: "Add a date, or both ends of an interval.")
    } else if hasInterval, entry["startDate"] == nil || entry["endDate"] == nil {
      error(
        "relevant-dates-shape", at: pointer, "an interval needs both startDate and endDate",
        hint: "Add \(entry["startDate"] == nil ? "startDate" : "endDate").")
    } else if single != nil, hasInterval {
      warn(
        "relevant-dates-mixed", at: pointer, "an entry has either a date or an interval, not both",
        hint: "Make two entries of it.")
    }
    if entry["relevantDate"] != nil, entry["date"] == nil {
      warn(
        "relevant-dates-beta-name", at: pointer + "/relevantDate", "this name was used in betas of iOS 18 only",
        hint: "Call it “date”.")
    }
    func date(_ key: String) -> ZonedDateTime? {
      guard let text = entry[key]?.stringValue, case .success(let date) = WalletDate.parse(text) else { return nil }
      return date
    }
    if let start = date("startDate"), let end = date("endDate") {
      let length = end.epochMilliseconds - start.epochMilliseconds
      if length < 0 {
        warn(
          "interval-reversed", at: pointer + "/endDate", "the interval ends before it begins",
          hint: "Swap the two dates.")
      } else if length > 86_400_000 {
        warn(
          "interval-long", at: pointer, "the interval is longer than 24 hours, more than Wallet is said to take",
          hint: "Make one entry for each day.")
      }
      checkStillAhead(end, at: pointer + "/endDate")
    } else if let date = date("date") ?? date("relevantDate") {
      checkStillAhead(date, at: pointer)
    }
  }

  private mutating func checkStillAhead(_ date: ZonedDateTime, at pointer: String) {
    guard let now, date.epochMilliseconds / 1000 < now - 86_400 else { return }
    warn(
      "relevant-date-past", at: pointer, "\(date.iso8601) has passed, so the pass will not come up on the lock screen",
      hint: "Nothing to do when the event is over.")
  }
}
