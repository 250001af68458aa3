import Glibc

extension SandboxSecutix {
  /// A loopback port that nobody listens on now, for a program whose address must be known before it runs. Below those that
  /// Linux gives to connections by itself (32768 to 60999): one of them might be gone when the program begins.
  package static func freePort() throws(SandboxError) -> Int {
    for _ in 0..<100 {
      let port = UInt16.random(in: 20_000..<32_768)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      let isBound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if isBound { return Int(port) }
    }
    throw SandboxError("no free port is to be had")
  }
}
