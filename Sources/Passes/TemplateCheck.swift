import Tickets
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
    // The passes share the template's images.
    var readings = ImageReadings()
    let issuer = PassIssuer(
      passTypeIdentifier: passTypeIdentifier ?? "pass.org.example.tickets",
      teamIdentifier: teamIdentifier ?? "EXAMPLE123", tenant: "example",
      webServiceURL: "https://passes.example.org")
    for sample in samples {
      do {
        findings += try self.findings(of: sample.ticket, issuer: issuer, now: now, images: &readings)
      } catch {
        findings.append(
          Finding(
            .error, "composition", at: error.place, "\(error.sentence) (sample: \(sample.name))",
            hint: "Mend the template, or the sample if it cannot happen."))
      }
    }
    findings += pictureFindings(issuer: issuer, images: &readings)
    do {
      findings += try findingsOfSpecimen(issuer: issuer, now: now, images: &readings)
    } catch {
      // Nobody sold this ticket, so what is in it proves nothing about real ones.
      findings.append(
        Finding(
          .warning, "composition", at: error.place, "\(error.sentence) (a ticket with a value in every field)",
          hint: "Add samples of real tickets, and mend the template if they fail too."))
    }
    if let finding = fixedBarcode() { findings.append(finding) }
    if let finding = missingDefaultLanguage() { findings.append(finding) }
    findings += missingChangeMessages()
    var seen: Set<Finding> = []
    return findings.filter { seen.insert($0).inserted }
  }

  private func findings(
    of ticket: Ticket, issuer: PassIssuer, now: Int64?, images readings: inout ImageReadings
  ) throws(CompositionError) -> [Finding] {
    let contents = try contents(
      for: ticket, issuer: issuer, serialNumber: "00000000000000000000000000000000",
      authenticationToken: String(repeating: "0", count: 64), isVoided: ticket.action == .void)
    let files = contents.files
    let pass = files[TemplateCompiler.fileName].flatMap { try? JSONValue(parsing: $0) } ?? .null
    // What has been used or voided is not relevant any more, by no fault of the template.
    let isOver = ticket.action == .issueUsed || ticket.action == .void
    return WalletRules.findings(in: files, now: now, images: &readings)
      .filter { !isOver || $0.code != "poster-without-relevance" }
      .map { Self.placedInTemplate(relocated($0, composed: pass), contents.assets) }
  }

  /// Some formats carry thirteen digits and nothing else.
  private func findingsOfSpecimen(
    issuer: PassIssuer, now: Int64?, images readings: inout ImageReadings
  ) throws(CompositionError) -> [Finding] {
    guard let usual = Ticket.specimen(barcode: "041177203958116402780031"),
      let short = Ticket.specimen(barcode: "4006381333931")
    else { return [] }
    do {
      return try findings(of: usual, issuer: issuer, now: now, images: &readings)
    } catch {
      guard case .barcodeMessage = error.reason else { throw error }
      return try findings(of: short, issuer: issuer, now: now, images: &readings)
    }
  }

  /// A barcode that is the same on every ticket: what a template with sample values gives before it is bound.
  private func fixedBarcode() -> Finding? {
    guard let member = members.first(where: { $0.name == "barcodes" || $0.name == "barcode" }),
      case .fixed(let text) = member.node, text.firstRange(of: Array("\"message\"".utf8)) != nil
    else { return nil }
    let isTicket = members.contains { $0.name == "eventTicket" || $0.name == "boardingPass" }
    let pointer = member.name == "barcode" ? "/barcode/message" : "/barcodes/0/message"
    let found = position(of: pointer)
    return Finding(
      isTicket ? .error : .warning, "barcode-fixed",
      at: .init(file: "pass.json", pointer: pointer, line: found?.line, column: found?.column),
      "every pass would have the same barcode",
      hint: "Write \"{{ ticket.barcode }}\" as the message, or bind \(pointer) to it in template.yaml.")
  }

  /// The default language may live in `pass.json` itself, but then `pass.json` must hold texts and not keys.
  private func missingDefaultLanguage() -> Finding? {
    guard let first = strings.first, !first.hasFolder, strings.count > 1 else { return nil }
    let known = strings.dropFirst().reduce(into: Set<String>()) { $0.formUnion($1.keys) }
    guard let key = takenKeys.sorted().first(where: { known.contains($0) && PassInspection.looksLikeKey($0) }) else {
      return nil
    }
    return Finding(
      .warning, "default-language-missing", at: .init(file: first.path),
      "“\(key)” is a key, and the default language \(first.language) has no pass.strings to look it up in",
      hint: "Add \(first.path), or set default_language in template.yaml to a language that is there.")
  }

  /// A finding in a composed file put where a designer can find it: a composed `pass.json` is one long line and lacks
  /// what came out empty, composed strings lack the comments.
  private func relocated(_ finding: Finding, composed: JSONValue) -> Finding {
    var moved = finding
    if finding.place.file == TemplateCompiler.fileName {
      moved.place.pointer = finding.place.pointer.map { templatePointer(for: $0, composed: composed) }
      let found = moved.place.pointer.flatMap { self.position(of: $0) }
      moved.place.line = found?.line
      moved.place.column = found?.column
    } else if finding.place.file.hasSuffix(".lproj/pass.strings") {
      moved.place.line = nil
      moved.place.column = nil
    }
    return moved
  }

  /// The template's pointer of a place in a composed `pass.json`: elements that came out empty shift the others. Fields
  /// are told by their keys; where nothing tells which element is meant, the array is.
  private func templatePointer(for pointer: String, composed: JSONValue) -> String {
    var moved = ""
    var composed = composed
    var own = passJSON
    for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      var token = String(token)
      let next = composed[pointer: "/\(token)"] ?? .null
      if let elements = own.array, elements.count != composed.array?.count {
        guard let key = next["key"]?.stringValue,
          let index = elements.firstIndex(where: { $0["key"]?.stringValue == key })
        else { return moved }
        token = String(index)
      }
      if own.object != nil, own[pointer: "/\(token)"] == nil {
        // The template may have it under the name that Apple's tools write.
        let path = moved.split(separator: "/").map(String.init)
        if let name = Spelling.names(at: path).first(where: { $0.value == token && own[$0.key] != nil })?.key {
          token = name
        }
      }
      moved += "/\(token)"
      composed = next
      own = own[pointer: "/\(token)"] ?? .null
    }
    return moved
  }
}

extension Ticket {
  /// A ticket with a value in every field, for trying out a template.
  fileprivate static func specimen(barcode: String) -> Ticket? {
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
      case .barcode: value = .text(barcode)
      case .text where field == .venueTimeZone: value = .text("Europe/Paris")
      case .id, .text, .localized, .seatAddress: value = .text("1")
      }
      // Every value above is of its field's kind, so none is refused.
      guard (try? draft.set(field, value)) != nil else { return nil }
    }
    return try? draft.ticket()
  }
}
