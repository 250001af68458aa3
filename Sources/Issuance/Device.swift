/// A phone's pass library, as far as one pass type of a tenant goes.
package struct DeviceKey: Sendable, Hashable {
  package let tenant: String
  /// `pass.org.example.tickets`.
  package let passType: String
  /// `deviceLibraryIdentifier`, made by the phone. Whoever knows it may list what it registered: it is never shown.
  package let libraryIdentifier: String

  package init(tenant: String, passType: String, libraryIdentifier: String) {
    self.tenant = tenant
    self.passType = passType
    self.libraryIdentifier = libraryIdentifier
  }
}

/// What came of a registration.
package enum Registration: Sendable, Hashable {
  case new
  case known
  /// The device has as many passes as it may.
  case tooMany
  /// The pass is on as many devices as it may.
  case tooManyDevices
  /// The tenant has no such pass.
  case noPass
}

/// The passes of a device that changed.
package struct UpdatedPasses: Sendable, Hashable {
  /// In the order in which they changed.
  package let serialNumbers: [String]
  /// What the next question is asked with.
  package let tag: Int64

  package init(serialNumbers: [String], tag: Int64) {
    self.serialNumbers = serialNumbers
    self.tag = tag
  }
}

/// A device, as operators see it: without its token and its identifier.
package struct DeviceRecord: Sendable, Hashable {
  /// The store's own number of it.
  package let number: Int64
  /// When it registered for the pass, in milliseconds since 1970.
  package let registeredAt: Int64
  /// When it told its push token last, in milliseconds since 1970.
  package let tokenSince: Int64
  /// The push that it is to get, if there is one.
  package let push: PendingPush?

  package struct PendingPush: Sendable, Hashable {
    package let state: JobState
    package let attempts: Int
    /// Not before: milliseconds since 1970.
    package let runAt: Int64
    package let reason: String?

    package init(state: JobState, attempts: Int, runAt: Int64, reason: String?) {
      self.state = state
      self.attempts = attempts
      self.runAt = runAt
      self.reason = reason
    }
  }

  package init(number: Int64, registeredAt: Int64, tokenSince: Int64, push: PendingPush?) {
    self.number = number
    self.registeredAt = registeredAt
    self.tokenSince = tokenSince
    self.push = push
  }
}

/// One device to be pushed. While it waits there is one of each device, however many of its passes change.
package struct Push: Sendable, Hashable {
  /// The store's own number of the device.
  package let device: Int64
  package let tenant: String
  package let passType: String
  package let token: String
  /// When the device told this token, in milliseconds since 1970.
  package let tokenSince: Int64
  /// The tag of the latest change that it is for.
  package let tag: Int64
  /// Of the request that led to that change; nil when nobody said.
  package let correlationID: String?
  /// How often it was begun, without what was put off.
  package let attempts: Int
  /// Which claim it is: what tells a worker that comes back late from the one that took over.
  package let claim: Int

  package init(
    device: Int64, tenant: String, passType: String, token: String, tokenSince: Int64, tag: Int64,
    correlationID: String?, attempts: Int, claim: Int
  ) {
    self.device = device
    self.tenant = tenant
    self.passType = passType
    self.token = token
    self.tokenSince = tokenSince
    self.tag = tag
    self.correlationID = correlationID
    self.attempts = attempts
    self.claim = claim
  }
}

/// How a push ends for the store.
package enum PushEnding: Sendable, Hashable {
  /// Over; a change that came meanwhile makes another.
  case done
  /// The device is forgotten with its registrations, unless it told its token after `since`.
  case deviceGone(since: Int64?, reason: String)
  /// Tried again, and counts as an attempt.
  case retry(at: Int64, reason: String)
  /// Tried again, as if it had not been begun.
  case putOff(until: Int64, reason: String)
  /// Given up, with a reason, until the next change.
  case discard(reason: String)
}

/// How much there is to push.
package struct PushSummary: Sendable, Hashable {
  /// `completed` is always zero: what was pushed leaves nothing behind here.
  package let counts: [JobState: Int]
  /// Milliseconds since 1970; nil if none waits.
  package let oldestRunAt: Int64?
  package let devices: Int
  package let registrations: Int

  package init(counts: [JobState: Int], oldestRunAt: Int64?, devices: Int, registrations: Int) {
    self.counts = JobState.allCases.reduce(into: counts) { $0[$1, default: 0] += 0 }
    self.oldestRunAt = oldestRunAt
    self.devices = devices
    self.registrations = registrations
  }
}

/// What a phone wrote about its troubles with the service.
package struct DeviceLogLine: Sendable, Hashable {
  /// As it came, cut to a length, without what devices are known by.
  package let text: String
  /// The pass it is about, as far as that can be told.
  package let serialNumber: String?
  /// The device it is about, as far as it is one of ours.
  package let device: DeviceKey?

  package init(text: String, serialNumber: String?, device: DeviceKey?) {
    self.text = text
    self.serialNumber = serialNumber
    self.device = device
  }
}

/// A line of a phone's, as the store kept it.
package struct KeptLogLine: Sendable, Hashable {
  package let text: String
  /// Milliseconds since 1970, by our clock.
  package let at: Int64
  /// The store's own number of the device; nil where it is not known.
  package let device: Int64?

  package init(text: String, at: Int64, device: Int64?) {
    self.text = text
    self.at = at
    self.device = device
  }
}
