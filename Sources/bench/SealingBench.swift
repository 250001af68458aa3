import PassBundle
import Passes

/// What is compared with the raw signature: sealing in memory, with all that belongs to a pass.
struct SealingBench {
  let certificates: ExampleCertificates
  let workload: Workload
  let prepared: PreparedAssets

  private static let signingTime: Int64 = 1_800_000_000

  init(certificates: ExampleCertificates) throws {
    self.certificates = certificates
    workload = try Workload(images: Workload.largeImages, certificates: certificates)
    prepared = try PreparedAssets(workload.template.assets)
  }

  var limit: Interleaved.Variant {
    .init(name: "raw RSA-2048 signature (the limit)") { [certificates] in
      let raw = try RawSignature(key: certificates.privateKey)
      return { raw.sign() }
    }
  }

  var variants: [Interleaved.Variant] {
    [
      limit,
      .init(name: "ticket to sealed pass, 254 KB of images") {
        let sealer = try Sealer(identity: certificates.identity, prepared: prepared)
        let compose = try composer()
        return {
          guard (try? sealer.withSealed(compose(), at: Self.signingTime) { $0.count }) != nil else {
            fatalError("sealing failed")
          }
        }
      },
      .init(name: "the same, copied to memory of its own") {
        let sealer = try Sealer(identity: certificates.identity, prepared: prepared)
        let compose = try composer()
        return {
          guard (try? sealer.seal(compose(), at: Self.signingTime)) != nil else { fatalError("sealing failed") }
        }
      },
    ]
  }

  /// A ticket after the other made into contents, with a template and tickets of the worker's own.
  private func composer() throws -> () throws -> PassContents {
    let template = workload.template.separateCopy()
    let tickets = try workload.freshTickets()
    var next = 0
    return {
      let ticket = tickets[next % tickets.count]
      next += 1
      return try template.contents(
        for: ticket, issuer: workload.issuer, serialNumber: workload.keys.serialNumber(of: ticket))
    }
  }
}
