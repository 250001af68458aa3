import Metrics
import PassBundle
package import Passes

/// What tells a sealed pass from every other: the same content, changed at the same time, under the same certificate.
struct SealedKey: Hashable, Sendable {
  let tenant: String
  let serialNumber: String
  let contentDigest: [UInt8]
  let changedAt: Int64
  let certificate: String
  let isPersonalized: Bool
}

extension IssuingService {
  /// How many passes Wallet takes in one `.pkpasses`.
  package static let passesPerBundle = 10

  /// The passes of one `.pkpasses` after the other, in their order: voided ones are left out unless all are.
  package static func bundles(of records: [PassRecord]) -> [[PassRecord]] {
    var serials: Set<String> = []
    let unique = records.filter { serials.insert($0.pass.serialNumber).inserted }
    let live = unique.filter { $0.pass.state != .voided }
    let chosen = live.isEmpty ? unique : live
    return stride(from: 0, to: chosen.count, by: passesPerBundle).map {
      Array(chosen[$0..<min($0 + passesPerBundle, chosen.count)])
    }
  }

  /// A pass, sealed. Sealed again only when its content, or the identity, has changed; the same bytes until then, and on
  /// every node: what the signature says of the time is when the content changed, or when the certificate began.
  package func archive(of record: PassRecord, of tenant: Tenant) async throws(IssuingError) -> SealedPass {
    let certificate = tenant.identity.certificate
    if clock() / 1000 > certificate.notAfter { throw .certificateEnded(notAfter: certificate.notAfter) }
    let key = SealedKey(
      tenant: tenant.id, serialNumber: record.pass.serialNumber, contentDigest: record.pass.contentDigest,
      changedAt: record.changedAt, certificate: certificate.sha256Fingerprint,
      isPersonalized: record.personalization != nil)
    if let known = sealed.value(for: key) { return known }
    return try await sealings.value(for: key) { [self] in
      // Those who sealed it may have finished since it was looked for.
      if let known = sealed.value(for: key) { return .success(known) }
      do throws(IssuingError) {
        let fresh = try await seal(record, of: tenant)
        sealed.insert(fresh, for: key, size: fresh.bytes.count)
        return .success(fresh)
      } catch {
        return .failure(error)
      }
    }.get()
  }

  private func seal(_ record: PassRecord, of tenant: Tenant) async throws(IssuingError) -> SealedPass {
    var record = record
    var assets = try await self.assets(of: record)
    if assets == nil {
      // It may have changed since the caller read it, and what nobody has any more is forgotten.
      let serialNumber = record.pass.serialNumber
      if let newer = try await stored({ () async throws(StoreError) in
        try await self.store.pass(serialNumber: serialNumber, tenant: tenant.id)
      }), newer.pass.assetsDigest != record.pass.assetsDigest {
        record = newer
        assets = try await self.assets(of: newer)
      }
    }
    guard let assets else {
      throw .store(.corrupt("the shared files of pass \(record.pass.serialNumber) are missing"))
    }
    let contents = PassContents(
      assets: assets, rendered: record.pass.rendered, serialNumber: record.pass.serialNumber,
      isVoided: record.pass.state == .voided)
    let identity = tenant.identity
    let time = max(record.changedAt / 1000, identity.certificate.notBefore)
    let start = ContinuousClock.now
    let result = await threads.run { sealers in
      Result { () throws(SealingError) in try sealers.seal(contents, identity: identity, at: time) }
    }
    do {
      let bytes = try result.get()
      figures.sealed(in: ContinuousClock.now - start)
      return SealedPass(bytes: bytes, changedAt: record.changedAt)
    } catch {
      throw .sealing(error)
    }
  }

  /// Several passes as one `.pkpasses`: the first of `bundles(of:)`. What is beyond it is downloaded for itself, for
  /// Wallet takes no more at once.
  package func archive(of records: [PassRecord], of tenant: Tenant) async throws(IssuingError) -> SealedPass {
    let chosen = Self.bundles(of: records).first ?? []
    var passes: [(name: String, bytes: [UInt8])] = []
    for record in chosen {
      passes.append(("\(record.pass.serialNumber).pkpass", try await archive(of: record, of: tenant).bytes))
    }
    let finished = passes
    let result = await threads.run { _ in
      Result { () throws(SealingError) in try PkpassBundle.archive(finished) }
    }
    do {
      return SealedPass(bytes: try result.get(), changedAt: chosen.map(\.changedAt).max() ?? 0)
    } catch {
      throw .sealing(error)
    }
  }

  /// The files that a pass shares with others. Once it is personalized, without the form that asked for it
  /// (https://developer.apple.com/documentation/walletpasses/return-a-personalized-pass).
  package func assets(of record: PassRecord) async throws(IssuingError) -> PassAssets? {
    let digest = record.pass.assetsDigest
    guard let all = try await assets(digest) else { return nil }
    guard record.personalization != nil, all.hasForm else { return all }
    // One object for all passes: what is worked out from it is kept by its identity.
    let name = digest + Array("without its form".utf8)
    if let known = assets.value(for: name) { return known }
    let rest = all.withoutForm
    keep(rest, digest: name)
    return rest
  }

  /// From memory or the store.
  private func assets(_ digest: [UInt8]) async throws(IssuingError) -> PassAssets? {
    if let known = assets.value(for: digest) { return known }
    // All that ask at once have the same object: what is worked out from it is kept by its identity.
    return try await assetReadings.value(for: digest) { [self] in
      if let known = assets.value(for: digest) { return .success(known) }
      do throws(StoreError) {
        let read = try await store.assets(digest)
        if let read { keep(read, digest: digest) }
        return .success(read)
      } catch {
        return .failure(IssuingError.store(error))
      }
    }.get()
  }

  func keep(_ files: PassAssets, digest: [UInt8]) {
    assets.insert(files, for: digest, size: files.files.reduce(64) { $0 + $1.bytes.count })
  }

  /// Signs what is no pass with a tenant's certificate; `Sealer.signature` says what must be seen to.
  package func signature(of bytes: [UInt8], by tenant: Tenant) async throws(IssuingError) -> [UInt8] {
    let identity = tenant.identity
    let time = clock() / 1000
    if time > identity.certificate.notAfter { throw .certificateEnded(notAfter: identity.certificate.notAfter) }
    let result = await threads.run { sealers in
      Result { () throws(SealingError) in try sealers.sign(bytes, identity: identity, at: time) }
    }
    do {
      return try result.get()
    } catch {
      throw .sealing(error)
    }
  }

  func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(IssuingError) -> Value {
    do throws(StoreError) {
      return try await body()
    } catch {
      throw .store(error)
    }
  }
}

extension PassAssets {
  private static let form = "personalization.json"

  private static func belongsToForm(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name == form || name.hasPrefix("personalizationLogo")
  }

  /// Whether a phone asks its holder something before it adds the pass.
  package var hasForm: Bool { files.contains { $0.path == Self.form } }

  fileprivate var withoutForm: PassAssets {
    var rest = PassFiles()
    for file in files where !Self.belongsToForm(file.path) { rest[file.path] = file.bytes }
    return PassAssets(rest, origins: origins, isShared: isShared)
  }
}
