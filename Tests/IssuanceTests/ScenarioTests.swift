import Foundation
import Issuance
import JSON
import PassBundle
import Passes
import Sandbox
import Testing

@Suite("What happens to a ticket")
struct ScenarioTests {
  @Test func `sold: each movement has a pass of its own`() async throws {
    try await Staging().run { scene in
      var seen = 0
      let sale = try await scene.sandbox.sell(count: 3)
      #expect(try await scene.catchUp(&seen) == 1)
      for movement in sale.movements {
        let pass = try await scene.pass(movement)
        #expect(pass.barcode == (await scene.barcode(movement)))
        #expect(!pass.isVoided && pass.record.pass.state == .valid)
        #expect(pass.record.pass.file == "\(sale.file)" && pass.record.pass.orderSecret == sale.orderSecret)
        #expect(pass.record.pass.event == "Symphonic Gala")
        // The house's own time, which only its point of sale knows.
        #expect(pass.text.contains("2027-01-15T20:30:00+01:00"))
        #expect(
          pass.files["fr.lproj/pass.strings"].map { String(decoding: $0, as: UTF8.self) }?
            .contains("Gala symphonique") == true)
      }
      // One call for the point of sale, one for each language of the template.
      #expect(await scene.sandbox.calls.map(\.language) == [nil, "en", "de", "fr"])
      #expect(await scene.sandbox.calls.allSatisfy { $0.correlationID == "request-7" })
    }
  }
}
