/// Something that happened to a pass, kept for those who are asked about it.
package struct PassEvent: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Made for the first time.
    case issued
    /// Its content is another; `detail` says how.
    case changed
    /// It holds no longer.
    case voided
    /// Its holder filled in the form it came with.
    case personalized
    /// Somebody had it from the buyer's page.
    case downloaded
    /// A phone had it from the update service.
    case fetched
    /// A device asked to be told of changes.
    case registered
    /// A device asks no longer: the pass was removed there.
    case unregistered
    /// A device was told that there is something new.
    case pushed
    /// A device could not be told, and is forgotten.
    case deviceGone
  }

  /// Grows with every event, of any pass.
  package let id: Int64
  package let serialNumber: String
  package let kind: Kind
  /// Milliseconds since 1970; of an event that came several times in a row, the first time.
  package let at: Int64
  /// How often it came in a row, and when last.
  package let times: Int
  package let lastAt: Int64
  /// The store's own number of the device.
  package let device: Int64?
  package let correlationID: String?
  /// For `changed` and `voided` a JSON array of what is different; for `deviceGone` why.
  package let detail: String?

  package init(
    id: Int64, serialNumber: String, kind: Kind, at: Int64, times: Int, lastAt: Int64, device: Int64?,
    correlationID: String?, detail: String?
  ) {
    self.id = id
    self.serialNumber = serialNumber
    self.kind = kind
    self.at = at
    self.times = times
    self.lastAt = lastAt
    self.device = device
    self.correlationID = correlationID
    self.detail = detail
  }
}

/// That somebody had a pass, to be written down with others.
package struct Delivery: Sendable, Hashable {
  package let tenant: String
  package let serialNumber: String
  /// `downloaded` or `fetched`.
  package let kind: PassEvent.Kind
  /// Of the content that was handed out.
  package let updateTag: Int64
  /// Milliseconds since 1970.
  package let at: Int64
  package let correlationID: String?

  package init(
    tenant: String, serialNumber: String, kind: PassEvent.Kind, updateTag: Int64, at: Int64, correlationID: String?
  ) {
    self.tenant = tenant
    self.serialNumber = serialNumber
    self.kind = kind
    self.updateTag = updateTag
    self.at = at
    self.correlationID = correlationID
  }
}

/// All that is known of a pass beside its content.
package struct PassHistory: Sendable, Hashable {
  /// Oldest first.
  package let events: [PassEvent]
  package let devices: [DeviceRecord]
  /// What phones wrote of it, and what those that have it wrote without naming a pass; oldest first.
  package let logLines: [KeptLogLine]

  package init(events: [PassEvent], devices: [DeviceRecord], logLines: [KeptLogLine]) {
    self.events = events
    self.devices = devices
    self.logLines = logLines
  }
}
