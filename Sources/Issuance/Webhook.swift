import JSON
import ZonedTime

/// What a venue's own systems are told of.
package enum WebhookType: String, Sendable, Hashable, CaseIterable {
  case created = "Pass:Created"
  /// Its content is another: a seat, a time, that it was used, or that its holder filled in its form.
  case updated = "Pass:Updated"
  case voided = "Pass:Voided"
  /// It was added on a device.
  case installed = "Pass:Installed"
  /// It was removed from a device, or the device is gone.
  case uninstalled = "Pass:Uninstalled"

  /// - Returns: nil for what is nobody's business elsewhere.
  package init?(_ kind: PassEvent.Kind) {
    switch kind {
    case .issued: self = .created
    // What the holder entered stays here; that the form is gone from the pass is a change of it.
    case .changed, .personalized: self = .updated
    case .voided: self = .voided
    case .registered: self = .installed
    case .unregistered, .deviceGone: self = .uninstalled
    case .downloaded, .fetched, .pushed: return nil
    }
  }
}

/// An address that a tenant's events are sent to, as far as a store is concerned.
package struct WebhookSubscription: Sendable, Hashable {
  /// Unique within the tenant.
  package let name: String
  package let address: String
  package let types: Set<WebhookType>

  package init(name: String, address: String, types: Set<WebhookType>) {
    self.name = name
    self.address = address
    self.types = types
  }
}

/// One event on its way to one address. Written with the event: there is none without the other.
package struct WebhookMessage: Sendable, Hashable {
  /// The store's own number of it.
  package let id: Int64
  package let tenant: String
  /// Name of the subscription, and the store's own number of it.
  package let endpoint: String
  package let endpointNumber: Int64
  /// Where it is sent.
  package let address: String
  /// Attempts at the endpoint that had failed in a row when it was read.
  package let failures: Int
  /// What the receiver tells repetitions by (`webhook-id`): the same in every attempt.
  package let messageID: String
  package let type: String
  /// JSON, the same in every attempt.
  package let body: String
  package let correlationID: String?
  package let state: JobState
  /// How often it was begun, without what was put off.
  package let attempts: Int
  package let claim: Int
  /// Not before: milliseconds since 1970.
  package let runAt: Int64
  /// Why it was not delivered, or what the receiver answered.
  package let reason: String?
  /// Milliseconds since 1970.
  package let createdAt: Int64
  package let finishedAt: Int64?

  package init(
    id: Int64, tenant: String, endpoint: String, endpointNumber: Int64, address: String, failures: Int,
    messageID: String, type: String, body: String,
    correlationID: String?, state: JobState, attempts: Int, claim: Int, runAt: Int64, reason: String?,
    createdAt: Int64, finishedAt: Int64?
  ) {
    self.id = id
    self.tenant = tenant
    self.endpoint = endpoint
    self.endpointNumber = endpointNumber
    self.address = address
    self.failures = failures
    self.messageID = messageID
    self.type = type
    self.body = body
    self.correlationID = correlationID
    self.state = state
    self.attempts = attempts
    self.claim = claim
    self.runAt = runAt
    self.reason = reason
    self.createdAt = createdAt
    self.finishedAt = finishedAt
  }
}

/// How an attempt to deliver a message ends for the store.
package enum WebhookEnding: Sendable, Hashable {
  /// - Parameter answer: what the receiver said.
  case delivered(answer: String)
  /// Tried again, and counts as an attempt.
  ///
  /// - Parameter pause: nothing is sent to the endpoint until then: it is down, or has had enough.
  case retry(at: Int64, pause: Int64?, reason: String)
  /// Tried again, as if it had not been begun.
  case putOff(until: Int64, reason: String)
  /// Given up, until somebody has it sent again.
  ///
  /// - Parameter pause: as for `retry`.
  case discard(pause: Int64?, reason: String)
  /// The receiver wants no more of them: nothing is sent to it until somebody says so.
  case endpointGone(reason: String)
}

/// Which messages to list, newest first.
package struct WebhookFilter: Sendable, Hashable {
  /// nil: of all.
  package var tenant: String?
  /// The name of the subscription.
  package var endpoint: String?
  /// Empty: in whatever state.
  package var states: Set<JobState>
  /// Only those older than this one.
  package var before: Int64?
  package var limit: Int

  package init(
    tenant: String? = nil, endpoint: String? = nil, states: Set<JobState> = [], before: Int64? = nil, limit: Int = 50
  ) {
    self.tenant = tenant
    self.endpoint = endpoint
    self.states = states
    self.before = before
    self.limit = limit
  }
}

/// How an endpoint fares.
package struct WebhookEndpointRecord: Sendable, Hashable {
  package let tenant: String
  package let name: String
  package let address: String
  /// As they are written in the configuration.
  package let types: [String]
  /// Whether the configuration still has it.
  package let isConfigured: Bool
  /// Attempts that failed in a row.
  package let failures: Int
  /// Nothing is sent before: milliseconds since 1970.
  package let pausedUntil: Int64?
  package let disabledAt: Int64?
  package let disabledFor: String?
  /// Messages by state.
  package let counts: [JobState: Int]
  /// When the first of those that wait is due, in milliseconds since 1970; nil if none waits.
  package let oldestRunAt: Int64?

  package init(
    tenant: String, name: String, address: String, types: [String], isConfigured: Bool, failures: Int,
    pausedUntil: Int64?, disabledAt: Int64?, disabledFor: String?, counts: [JobState: Int], oldestRunAt: Int64?
  ) {
    self.tenant = tenant
    self.name = name
    self.address = address
    self.types = types
    self.isConfigured = isConfigured
    self.failures = failures
    self.pausedUntil = pausedUntil
    self.disabledAt = disabledAt
    self.disabledFor = disabledFor
    self.counts = JobState.allCases.reduce(into: counts) { $0[$1, default: 0] += 0 }
    self.oldestRunAt = oldestRunAt
  }
}

/// What a message says: of which pass, and what happened. Made here, so that every store says the same. Neither barcode nor
/// name nor token is ever in it: it leaves the house.
package struct WebhookBody: Sendable, Hashable {
  package var type: WebhookType
  /// Milliseconds since 1970.
  package var at: Int64
  package var tenant: String
  package var serialNumber: String
  package var state: String
  package var template: String
  package var event: String?
  package var seat: String?
  package var movement: String?
  package var ticket: String?
  package var order: String?
  package var file: String?
  /// Of two messages about a pass the one with the higher number is the later: `PassRecord.updateTag`, and for devices a tag
  /// of their own.
  package var sequence: Int64
  package var device: Int64?
  package var correlationID: String?
  /// `PassEvent.detail` of a change.
  package var differences: String?

  package init(
    type: WebhookType, at: Int64, tenant: String, serialNumber: String, state: String, template: String,
    event: String?, seat: String?, movement: String?, ticket: String?, order: String?, file: String?, sequence: Int64,
    device: Int64?, correlationID: String?, differences: String?
  ) {
    self.type = type
    self.at = at
    self.tenant = tenant
    self.serialNumber = serialNumber
    self.state = state
    self.template = template
    self.event = event
    self.seat = seat
    self.movement = movement
    self.ticket = ticket
    self.order = order
    self.file = file
    self.sequence = sequence
    self.device = device
    self.correlationID = correlationID
    self.differences = differences
  }

  /// As it is sent: type, timestamp and data, which is the form of Standard Webhooks
  /// (https://www.standardwebhooks.com).
  package var text: String {
    func word(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    func number(_ text: String?) -> JSONValue {
      text.flatMap { Int64($0) }.map { .number(JSONNumber($0)) } ?? word(text)
    }
    var data: JSONObject = [
      "tenant": .string(tenant), "serialNumber": .string(serialNumber), "state": .string(state),
      "template": .string(template), "event": word(event), "seat": word(seat), "movementId": number(movement),
      "ticketId": number(ticket), "orderId": number(order), "fileId": number(file),
      "sequence": .number(JSONNumber(sequence)), "correlationId": word(correlationID),
    ]
    switch type {
    case .installed, .uninstalled: data["device"] = device.map { .number(JSONNumber($0)) } ?? .null
    case .updated, .voided: data["changes"] = .array(changes)
    case .created: break
    }
    let body: JSONValue = [
      "type": .string(type.rawValue), "timestamp": .string(ZonedDateTime(epochMilliseconds: at).iso8601),
      "data": .object(data),
    ]
    return String(decoding: body.serialized(), as: UTF8.self)
  }

  /// Which fields, without what stood and stands in them, and without their labels, which may hold a name too. The first
  /// twenty: a receiver that wants to know all asks.
  private var changes: [JSONValue] {
    let all = differences.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?.array ?? []
    return all.prefix(20).map { change in
      var kept = JSONObject()
      for name in ["subject", "effect", "place"] { if let value = change[name] { kept[name] = value } }
      return .object(kept)
    }
  }
}
