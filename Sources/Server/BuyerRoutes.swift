import Foundation
import HTTPTypes
import Hummingbird
import Issuance
import Logging
import NIOCore
import PassBundle
import Passes
import SecutixClient

/// What a buyer opens: the page of an order or a ticket, and the passes behind it. Whoever has the address may see it.
extension Routes {
  private enum Kind {
    case page, pass, bundle
  }

  func addBuyer(to router: Router<ServiceContext>) {
    for (path, kind) in [("/t/{token}", Kind.page), ("/t/{token}.pkpass", .pass), ("/t/{token}.pkpasses", .bundle)] {
      let handler: Handler = { request, context in
        let text = context.pathPart("token") ?? ""
        guard let (tenant, subject) = try await opened(text) else { return unknown(request) }
        do throws(Problem) {
          if kind == .page, case .file(let number) = subject {
            return await page(
              try await file(number, tenant, context), tenant, address: front.settings.publicURL + "/t/\(text)",
              bundle: subject, request)
          }
          let records = try await records(subject, tenant, context)
          if records.isEmpty, kind != .page || subject.isPass { return unknown(request) }
          return switch kind {
          case .page:
            await page(
              records, waiting: 0, tenant, address: front.settings.publicURL + "/t/\(text)",
              bundle: subject, request)
          case .pass:
            try await download(records, tenant, request, context, isBundle: false, as: .downloaded)
          case .bundle:
            try await download(records, tenant, request, context, isBundle: true, as: .downloaded)
          }
        } catch {
          return try trouble(error, kind, request, context)
        }
      }
      add(to: router, path, [.get: handler])
    }
    let fromMail: Handler = { request, context in
      guard let id = context.pathPart("tenantId"), let tenant = front.tenant(id),
        let secret = context.pathPart("orderSecret"), (1...200).contains(secret.utf8.count)
      else { return unknown(request) }
      let file: FileOverview
      do throws(IssuingError) {
        file = try await front.service.file(
          orderSecret: secret, of: tenant.tenant, correlationID: context.correlationID)
      } catch {
        if case .secutix(.notFound) = error { return unknown(request) }
        return try trouble(Problem(error), .page, request, context)
      }
      return await page(
        file, tenant,
        address: "\(front.settings.publicURL)/o/\(id)/\(context.parameters.get("orderSecret") ?? "")",
        bundle: file.fileID.isEmpty ? nil : .file(file.fileID), request)
    }
    add(to: router, "/o/{tenantId}/{orderSecret}", [.get: fromMail])
    let badge: Handler = { _, context in
      guard let badge = context.pathPart("language").flatMap({ front.settings.badges[$0] }) else {
        throw Problem(.notFound, "There is no artwork in this language.")
      }
      return Response(
        status: .ok, headers: [.contentType: badge.mediaType, .cacheControl: "public, max-age=86400"],
        body: .init(byteBuffer: ByteBuffer(bytes: badge.bytes)))
    }
    add(to: router, "/badges/{language}", [.get: badge])
  }

  // MARK: Tokens

  /// Whose token it is and what it opens; nil for what none of ours is. Takes as long for every token that is none, whatever is
  /// wrong with it: a good one's work is done on a subject that is not there.
  private func opened(_ text: String) async throws(Problem) -> (ServedTenant, DownloadToken.Subject)? {
    let token = DownloadToken(text)
    let tenant = token.flatMap { front.service.tenant(marked: $0.tenantMark) }.flatMap { front.tenant($0.id) }
    if let token, let tenant {
      if tenant.tenant.keys.accepts(token) { return (tenant, token.subject) }
    } else if let anyone = front.service.tenants.first,
      let stranger = PassKeys(tenant: "", secret: Secret(text.utf8.prefix(64))).downloadToken(
        for: .pass(serialNumber: "-"))
    {
      _ = anyone.keys.accepts(stranger)
    }
    _ = try await stored { () async throws(StoreError) in
      try await front.service.store.pass(serialNumber: "-", tenant: "-")
    }
    return nil
  }

  private func file(
    _ number: String, _ tenant: ServedTenant, _ context: ServiceContext
  ) async throws(Problem) -> FileOverview {
    do throws(IssuingError) {
      return try await front.service.page(ofFile: number, of: tenant.tenant, correlationID: context.correlationID)
    } catch {
      throw Problem(error)
    }
  }

  private func records(
    _ subject: DownloadToken.Subject, _ tenant: ServedTenant, _ context: ServiceContext
  ) async throws(Problem) -> [PassRecord] {
    let store = front.service.store
    let id = tenant.tenant.id
    switch subject {
    case .pass(let serialNumber):
      return try await stored { () async throws(StoreError) in
        try await store.pass(serialNumber: serialNumber, tenant: id).map { [$0] } ?? []
      }
    case .order(let number):
      return try await stored { () async throws(StoreError) in try await store.passes(.order(number), tenant: id) }
    case .file(let number):
      return try await stored { () async throws(StoreError) in try await store.passes(.file(number), tenant: id) }
    }
  }

  // MARK: Answers

  /// What nobody could make a pass of is to come as well, as far as a buyer can see.
  private func page(
    _ file: FileOverview, _ tenant: ServedTenant, address: String, bundle: DownloadToken.Subject?, _ request: Request
  ) async -> Response {
    await page(
      file.passes, waiting: file.waiting + file.refused, tenant, address: address, bundle: bundle, request)
  }

  private func page(
    _ records: [PassRecord], waiting: Int, _ tenant: ServedTenant, address: String, bundle: DownloadToken.Subject?,
    _ request: Request
  ) async -> Response {
    let addresses = Addresses(front.settings.publicPath, tenant.tenant)
    var tickets: [BuyersPage.Ticket] = []
    for record in records {
      // Only labels are wanted of them: without, the page still says what there is.
      let shared = try? await front.service.assets(of: record)
      tickets.append(
        .init(
          record: record, download: addresses.page(.pass(serialNumber: record.pass.serialNumber)) + ".pkpass",
          shared: shared?.files.filter { $0.path.hasSuffix(".strings") } ?? []))
    }
    var bundles: [String] = []
    if let bundle, records.count(where: { $0.pass.state != .voided }) > 1 {
      let path = addresses.page(bundle)
      bundles = IssuingService.bundles(of: records).indices.map {
        $0 == 0 ? "\(path).pkpasses" : "\(path).pkpasses?part=\($0 + 1)"
      }
    }
    let page = BuyersPage(
      house: tenant.tenant.name,
      tickets: tickets, bundles: bundles, waiting: waiting, address: address,
      badges: Dictionary(
        uniqueKeysWithValues: front.settings.badges.keys.map { ($0, "\(front.settings.publicPath)/badges/\($0)") }))
    let (bytes, language) = page.html(
      acceptLanguage: request.headers[.acceptLanguage], userAgent: request.headers[.userAgent])
    return html(bytes, language)
  }

  private func html(
    _ bytes: [UInt8], _ language: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = "text/html; charset=utf-8"
    headers[.contentLanguage] = language
    headers[.contentSecurityPolicy] = BuyersPage.contentSecurityPolicy
    headers[.vary] = "Accept-Language, User-Agent"
    keepPrivate(&headers)
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// An address that opens something is a secret: nobody keeps what it shows, passes it on, or lists it.
  private func keepPrivate(_ headers: inout HTTPFields) {
    headers[.cacheControl] = "no-store"
    headers[.referrerPolicy] = "no-referrer"
    headers[.robots] = "noindex, nofollow"
  }

  private func unknown(_ request: Request) -> Response {
    // A browser that follows a link wants to be told in its words, whatever it was to download.
    let (bytes, language) = BuyersPage.unknown(acceptLanguage: request.headers[.acceptLanguage])
    return html(bytes, language, status: .notFound)
  }

  private func trouble(
    _ problem: Problem, _ kind: Kind, _ request: Request, _ context: ServiceContext
  ) throws(Problem) -> Response {
    context.logger.log(
      level: problem.status.code >= 500 ? .error : .debug,
      "a buyer could not be shown a page or a pass: \(problem.detail ?? "")",
      metadata: ["status": "\(problem.status.code)"])
    guard kind == .page else { throw problem }
    let (bytes, language) = BuyersPage.trouble(acceptLanguage: request.headers[.acceptLanguage])
    return html(bytes, language, status: problem.status, headers: problem.headers)
  }

  // MARK: Downloads

  /// - Parameter kind: what it is in the history of the passes.
  func download(
    _ records: [PassRecord], _ tenant: ServedTenant, _ request: Request, _ context: ServiceContext, isBundle: Bool,
    as kind: PassEvent.Kind
  ) async throws(Problem) -> Response {
    var chosen = records
    if isBundle {
      let parts = IssuingService.bundles(of: records)
      var query = QueryValues(request)
      let part = Int(query.number("part", or: 1, in: 1...1_000_000))
      try query.check()
      guard parts.indices.contains(part - 1) else { throw Problem(.notFound, "There are \(parts.count) parts.") }
      chosen = parts[part - 1]
    }
    guard let first = chosen.first, isBundle || chosen.count == 1 else {
      throw Problem(.notFound, "This address is of several passes: it ends with .pkpasses.")
    }
    let validator = Validator(of: chosen, among: records, certificate: tenant.tenant.identity, at: front.clock())
    var headers: HTTPFields = [.eTag: validator.tag, .lastModified: validator.date]
    keepPrivate(&headers)
    if validator.isKnown(to: request.headers) { return Response(status: .notModified, headers: headers) }
    let sealed: SealedPass
    do throws(IssuingError) {
      sealed =
        isBundle
        ? try await front.service.archive(of: chosen, of: tenant.tenant)
        : try await front.service.archive(of: first, of: tenant.tenant)
    } catch {
      throw Problem(error)
    }
    if request.method != .head {
      for record in chosen { front.service.handedOut(record, kind, correlationID: context.correlationID) }
    }
    headers[.contentType] = isBundle ? "application/vnd.apple.pkpasses" : "application/vnd.apple.pkpass"
    headers[.contentDisposition] = #"attachment; filename="\#(isBundle ? "tickets.pkpasses" : "ticket.pkpass")""#
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: sealed.bytes)))
  }
}

extension DownloadToken.Subject {
  fileprivate var isPass: Bool { if case .pass = self { true } else { false } }
}
