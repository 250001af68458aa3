package import Tickets
import JSON
import ZonedTime

extension PassTemplate {
  /// Checks the passes that come out of the template by Wallet's rules: one for each of its sample tickets, and one for a
  /// ticket that has a value in every field.
  ///
  /// - Parameter now: seconds since 1970, to tell what has passed already; nil leaves those rules out.
  /// - Returns: what loading found and what the rules found, each finding once, at its place in the template.
  package func findings(now: Int64? = nil) -> [Finding] {
    var findings = warnings
    let issuer = PassIssuer(
      passTypeIdentifier: passTypeIdentifier ?? "pass.org.example.tickets",
      teamIdentifier: teamIdentifier ?? "EXAMPLE123", tenant: "example",
      webServiceURL: "https://passes.example.org")
    let all = samples + (Ticket.specimen.map { [Sample(name: "a ticket with everything", ticket: $0)] } ?? [])
    for sample in all {
      do {
        let contents = try contents(
          for: sample.ticket, issuer: issuer, serialNumber: "00000000000000000000000000000000",
          authenticationToken: String(repeating: "0", count: 64), isVoided: sample.ticket.action == .void)
        findings += WalletRules.findings(in: contents.files, now: now).map { relocated($0) }
      } catch {
        findings.append(
          Finding(
            .error, "composition", at: error.place, "\(error.sentence) (sample: \(sample.name))",
            hint: "mend the template, or the sample if it cannot happen"))
      }
    }
    var seen: Set<Finding> = []
    return findings.filter { seen.insert($0).inserted }
  }

  /// A finding in a composed `pass.json`, which is one long line, put where a designer can find it.
  private func relocated(_ finding: Finding) -> Finding {
    var moved = finding
    guard finding.place.file == "pass.json" else { return finding }
    let found = finding.place.pointer.flatMap { self.position(of: $0) }
    moved.place.line = found?.line
    moved.place.column = found?.column
    return moved
  }
}

extension Ticket {
  /// A ticket with a value in every field, for trying out a template.
  package static let specimen: Ticket? = makeSpecimen()

  private static func makeSpecimen() -> Ticket? {
    var draft = TicketDraft()
    for field in TicketField.allCases where field != .seatAddress {
      let value: TicketDraft.Value
      switch field.kind {
      case .date:
        guard let date = ZonedDateTime(iso8601: "2099-05-01T19:30:00+02:00") else { continue }
        value = .date(date)
      case .seconds: value = .seconds(7200)
      case .number: value = .number(45)
      case .money: value = .thousandths(65_000)
      case .currency: value = .text("EUR")
      case .state: value = .text("PRINTED")
      case .barcode: value = .text("041177203958116402780031")
      case .id, .text, .localized, .seatAddress: value = .text("1")
      }
      // Every value above is of its field's kind, so none is refused.
      guard (try? draft.set(field, value)) != nil else { return nil }
    }
    return try? draft.ticket()
  }
}
