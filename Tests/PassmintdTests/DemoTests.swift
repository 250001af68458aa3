import Foundation
import Testing

@Suite("The whole product with one command", .timeLimit(.minutes(10)))
struct DemoTests {
  @Test func `plays once, shows the buyer's page, and leaves nothing behind`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let demo = try ServiceProcess(
      ["sandbox", "--demo", "--once", "--listen", "127.0.0.1:0", "--service", "127.0.0.1:0"], in: folder,
      environment: [
        "TMPDIR": folder.path, "PASSMINT_TEMPLATES": ConfigurationFolder.repository.appending(path: "templates").path,
      ])
    #expect(await demo.end() == 0, "\(demo.output)")
    #expect(demo.output.contains("checked"), "\(demo.output)")
    // The change at the house arrived on the phone, and the phone says so to its holder.
    let said = demo.output.matches(of: /lock screen +(.*Porte 7.*)/)
    #expect(said.count == 2, "\(demo.output)")
    let page = try #require(demo.output.firstMatch(of: /http:\/\/127\.0\.0\.1:([0-9]+)\/t\/[A-Za-z0-9_-]+/))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    // Nor does anything listen there any more.
    let port = try #require(UInt16(page.1))
    #expect(!isOpen(port))
  }

  private func isOpen(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
