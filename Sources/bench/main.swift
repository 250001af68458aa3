import Foundation
import PassBundle
import Passes

ProcessTuning.apply()
let certificates = try ExampleCertificates(now: Int64(Date().timeIntervalSince1970))
let large = try Workload(images: Workload.largeImages, certificates: certificates)
let prepared = try PreparedAssets(large.template.assets)
let signingTime: Int64 = 1_800_000_000

func variants() -> [Interleaved.Variant] {
  [
    .init(name: "raw RSA-2048 signature") {
      let raw = try RawSignature(key: certificates.privateKey)
      return { raw.sign() }
    },
    .init(name: "sealed pass") {
      let sealer = try Sealer(identity: certificates.identity, prepared: prepared)
      let template = large.template.separateCopy()
      let tickets = try large.freshTickets()
      var next = 0
      return {
        let ticket = tickets[next % tickets.count]
        next += 1
        guard
          let contents = try? template.contents(
            for: ticket, issuer: large.issuer, serialNumber: large.keys.serialNumber(of: ticket)),
          (try? sealer.withSealed(contents, at: signingTime) { $0.count }) != nil
        else { fatalError("sealing failed") }
      }
    },
    .init(name: "sealed pass, copied out") {
      let sealer = try Sealer(identity: certificates.identity, prepared: prepared)
      let template = large.template.separateCopy()
      let tickets = try large.freshTickets()
      var next = 0
      return {
        let ticket = tickets[next % tickets.count]
        next += 1
        guard
          let contents = try? template.contents(
            for: ticket, issuer: large.issuer, serialNumber: large.keys.serialNumber(of: ticket)),
          (try? sealer.seal(contents, at: signingTime)) != nil
        else { fatalError("sealing failed") }
      }
    },
    .init(name: "composing alone") {
      let template = large.template.separateCopy()
      let tickets = try large.freshTickets()
      var next = 0
      return {
        let ticket = tickets[next % tickets.count]
        next += 1
        guard
          (try? template.contents(
            for: ticket, issuer: large.issuer, serialNumber: large.keys.serialNumber(of: ticket))) != nil
        else { fatalError("composing failed") }
      }
    },
  ]
}

for threads in [1, 2] {
  for row in try Interleaved.measure(variants(), threads: threads) {
    print(
      threads, row.name, Int(row.rate), String(format: "%.3f", row.ratio),
      String(format: "%.1f us", 1e6 / row.rate * Double(threads)))
  }
}
