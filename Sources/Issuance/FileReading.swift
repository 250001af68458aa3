package import Foundation
import JSON
import PassBundle
import Passes
package import Secutix
import SecutixClient
import Synchronization
import Tickets

/// What Secutix is asked for.
enum FileName: Hashable, Sendable {
  case orderSecret(String)
  case order(Int64)
  case file(Int64)

  init(_ order: OrderChange.Order) {
    switch order {
    case .secretToken(let secret): self = .orderSecret(secret)
    case .id(let id): self = .order(id)
    }
  }

  /// For logs: of a secret only what recognises it.
  var logged: String {
    switch self {
    case .orderSecret(let secret): OrderChange.Order.secretToken(secret).shownName
    case .order(let id): OrderChange.Order.id(id).shownName
    case .file(let id): "file:\(id)"
    }
  }
}

extension OrderChange.Order {
  /// For people and logs: `id:…`, or `secret:#` and twelve hexadecimal digits that recognise the secret and open nothing.
  package var shownName: String {
    switch self {
    case .secretToken(let secret): "secret:#" + Digest.hex(Array(Digest.sha256(Array(secret.utf8)).prefix(6)))
    case .id(let id): "id:\(id)"
    }
  }
}

/// A file as Secutix told of it, in every language its passes are in.
struct FileReading: Sendable {
  let details: FileDetails
  /// When Secutix was asked, in milliseconds since 1970.
  let asOf: Int64
  /// Of the request that it was asked for.
  let correlationID: String
}

extension IssuingService {
  /// Asks Secutix for a file, once for each language that the templates of its tickets have.
  func read(
    _ name: FileName, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileReading {
    let asOf = clock()
    var client = tenant.secutix
    client.observer = { [figures, id = tenant.id] in figures.called($0, tenant: id) }
    let options = try await salesPoints.options(of: tenant, client, correlationID: correlationID, at: asOf)
    // Of the languages the default template has, its own: where no other is needed, one call does.
    let base = tenant.routing.templates[tenant.routing.defaultTemplate]?.languages.first
    var name = name
    func ask(_ language: String?) async throws(IssuingError) -> FileDetails {
      let context = SecutixClient.Context(language: language, correlationID: correlationID)
      let document: JSONValue
      do throws(SecutixError) {
        switch name {
        case .orderSecret(let secret): document = try await client.fileDetails(orderSecret: secret, context)
        case .file(let id): document = try await client.fileDetails(fileID: id, context)
        case .order(let id): document = try await client.orderDetails(orderID: id, context)
        }
      } catch {
        throw .secutix(error)
      }
      return try Self.details(document, options)
    }
    var details = try await ask(base)
    if case .order = name, let id = details.fileID.flatMap({ Int64($0) }) {
      // An order says little of its file: what was refunded stands in another order.
      name = .file(id)
      details = try await ask(base)
    }
    // What waits for its barcode becomes no pass now, in no language.
    let languages = Set(
      details.tickets.filter { $0.action != .wait }.flatMap {
        tenant.routing.template(for: $0, tenant: tenant.name).languages
      })
    for language in languages.sorted() where language != base {
      details = details.adding(try await ask(language), language: language)
    }
    return FileReading(details: details, asOf: asOf, correlationID: correlationID)
  }

  private static func details(_ document: JSONValue, _ options: ExportOptions) throws(IssuingError) -> FileDetails {
    do throws(ExportError) {
      return try FileDetails(reading: document, options: options)
    } catch {
      throw .tickets("\(error)")
    }
  }
}

extension Tenant {
  /// As it is configured.
  fileprivate var ownTimeZone: TimeZone? { reading.timeZone ?? reading.mapping?.timeZone }
}

extension IssuingService {
  /// Of what Secutix writes without an offset for this tenant; nil as long as nobody has said it: neither its configuration
  /// nor the point of sale, which the first job asks.
  package func timeZone(of tenant: Tenant) -> TimeZone? {
    tenant.ownTimeZone ?? salesPoints.timeZone(of: tenant)
  }
}

/// Time zone and currency of each tenant's point of sale, asked for rarely.
final class SalesPoints: Sendable {
  private struct Known {
    var zone: TimeZone?
    var currency: Currency?
    var askedAt: Int64
  }

  private let known = Mutex<[String: Known]>([:])
  /// In milliseconds. Neither changes in the life of a house; a mistake that was mended should show within the day.
  private static let lifetime: Int64 = 12 * 3_600_000
  private static let pause: Int64 = 600_000

  /// The tenant's own, with what it leaves open as Secutix has it.
  ///
  /// Where Secutix knows no point of sale, or may not tell, passes are made without: dates keep the offset they came with.
  /// - Throws: when Secutix may answer later, and nothing is known from earlier.
  func options(
    of tenant: Tenant, _ client: SecutixClient, correlationID: String, at now: Int64
  ) async throws(IssuingError) -> ExportOptions {
    var options = tenant.reading
    let hasZone = tenant.ownTimeZone != nil
    let hasCurrency = options.currency != nil || options.mapping?.currency != nil
    if hasZone && hasCurrency { return options }
    let key = Self.key(tenant)
    var found = known.withLock { $0[key] }
    if found.map({ now - $0.askedAt >= Self.lifetime }) ?? true {
      do throws(SecutixError) {
        let config = try await client.posConfig(.init(correlationID: correlationID))
        found = Known(
          zone: config.timeZone.flatMap { TimeZone(identifier: $0) },
          currency: config.currencyCode.flatMap { try? Currency($0) }, askedAt: now)
      } catch {
        if found == nil {
          switch error {
          case .notFound: break
          case .failed where !error.isRetryable: break
          default: throw .secutix(error)
          }
          found = Known(askedAt: now)
        }
        // Soon again, and not with every order.
        found?.askedAt = now - Self.lifetime + Self.pause
      }
      if let found { known.withLock { $0[key] = found } }
    }
    if !hasZone { options.timeZone = found?.zone }
    if !hasCurrency { options.currency = found?.currency }
    return options
  }

  /// As far as it is known without asking.
  func timeZone(of tenant: Tenant) -> TimeZone? {
    known.withLock { $0[Self.key(tenant)]?.zone }
  }

  private static func key(_ tenant: Tenant) -> String {
    let connection = tenant.secutix.connection
    return "\(tenant.id) \(connection.url) \(connection.institution)"
  }
}
