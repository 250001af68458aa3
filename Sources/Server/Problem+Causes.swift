import Authorization
import HTTPTypes
import Issuance
import JSON
import Secutix
import SecutixClient

/// The one table from what went wrong to what is answered.
extension Problem {
  static let unknownTenant = Problem(.notFound, "There is no such tenant. Check the address.")

  init(_ error: StoreError) {
    switch error {
    case .full, .readOnly, .busy, .unavailable, .corrupt, .tooNew, .failed:
      // What exactly is in the log: it speaks of files of this machine.
      self.init(
        .serviceUnavailable, "The store cannot be used now. Nothing was changed; send it again later.",
        headers: [.retryAfter: "10"])
    case .unknownJob: self.init(.notFound, "There is no such job.")
    case .jobIsRunning: self.init(.conflict, "The job is running. Try again when it has ended.")
    case .leaseLost: self.init(.conflict, "Another worker has the job by now.")
    }
  }

  init(_ refusal: Refusal) {
    // A status made of its number has no words.
    let status: HTTPResponse.Status =
      switch refusal {
      case .missing, .invalid, .expired: .unauthorized
      case .scope: .forbidden
      case .unavailable: .serviceUnavailable
      }
    self.init(status, refusal.sentence)
    if let challenge = refusal.challenge { headers[.wwwAuthenticate] = challenge }
    if refusal == .unavailable { headers[.retryAfter] = "60" }
  }

  init(_ error: IssuingError) {
    switch error {
    case .store(let error): self.init(error)
    case .secutix(let error): self.init(error)
    case .sealing: self.init(.internalServerError, "The pass could not be signed. The log says why.")
    case .noOrder:
      self.init(.conflict, "The pass knows no order that Secutix could be asked for. Look its file up instead.")
    case .certificateEnded:
      self.init(
        .serviceUnavailable, "The tenant's pass certificate has ended, and nothing can be signed until it is replaced.",
        headers: [.retryAfter: "3600"])
    case .tickets(let sentence):
      self.init(.badGateway, "Secutix's answer makes no pass: \(sentence)")
    }
  }

  init(_ error: SecutixError) {
    let sentence = error.sentence.prefix(1).uppercased() + error.sentence.dropFirst() + "."
    switch error {
    case .notFound: self.init(.notFound, "Secutix knows no such file.")
    case .rateLimited(let wait):
      let seconds = max(1, wait?.components.seconds ?? 60)
      self.init(.serviceUnavailable, sentence, headers: [.retryAfter: "\(seconds)"])
    case .unavailable, .unreachable, .cancelled:
      self.init(.serviceUnavailable, sentence, headers: [.retryAfter: "30"])
    case .timeout, .unfinished: self.init(.gatewayTimeout, sentence, headers: [.retryAfter: "30"])
    case .unauthorized, .failed, .rejected, .unreadable, .tooLarge: self.init(.badGateway, sentence)
    }
  }

  init(_ error: OrderChangeError) {
    self.init(
      .badRequest,
      error.members.count == 1
        ? "One member of the body is wrong." : "\(error.members.count) members of the body are wrong.",
      errors: error.members.map { (member: $0.path.isEmpty ? "body" : $0.path, sentence: $0.problem.sentence) })
  }
}

extension OrderChangeError.Problem {
  /// What is wrong and what to do.
  fileprivate var sentence: String {
    switch self {
    case .syntax(let error): "This is not JSON: \(error.description). Send an object, or an array of objects."
    case .notAnObject(let found): "Send an object, or an array of objects, instead of \(found)."
    case .noRows: "The array is empty. Send at least one row."
    case .tooManyRows(let limit): "There are more than \(limit) rows. Send them in several requests."
    case .missing: "The member is missing."
    case .empty: "The text is empty."
    case .tooLong(let limit): "The text is longer than \(limit) bytes."
    case .wrongType(let expected, let found): "Send \(expected) instead of \(found)."
    case .notAnInteger(let text): "\(text) is not a whole number of 64 bits."
    case .unreadableDate:
      "The date cannot be read. Send one such as 2027-01-15T19:30:00+01:00 or 2027-01-15 19:30:00."
    case .impossibleDate: "There is no such day or time."
    case .unknownMember: "There is no such member. Take it out."
    case .noOrder: "The order names neither orderSecretId nor orderId."
    }
  }
}
