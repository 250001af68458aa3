import Foundation
import Glibc
import Testing

@Suite("A preview and those who talk to it badly")
struct PreviewHostilityTests {
  let place: Workplace
  let preview: Previewing

  init() throws {
    place = try Workplace()
    try place.copyTemplate("concert")
    preview = try Previewing(place, ["concert.pkpasstemplate"])
  }

  private func expectAlive() throws {
    #expect(preview.isRunning)
    #expect(try preview.get("/p/concert/face").status == 200)
  }

  /// Waits until it has closed what it had opened beyond that.
  private func expectClosed(downTo count: Int) throws {
    // Each round is a request of its own; a thousand of them are time enough.
    for _ in 0..<1_000 where preview.openSockets > count { _ = try preview.get("/nothing") }
    #expect(preview.openSockets <= count)
  }

  @Test func `garbage, half requests and broken connections end nothing`() throws {
    try expectAlive()
    let before = preview.openSockets
    let noise = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) }
    let requests: [[UInt8]] = [
      noise, [0], Array("\r\n\r\n\r\n".utf8), Array("GET\r\n\r\n".utf8), Array("GET / HTTP/9\r\n\r\n".utf8),
      [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01], Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
      Array("GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8),
      Array("GET /\u{0}\u{7F}%00%zz%c3%28?=&&=%&a=%ff HTTP/1.1\r\nHost: 127.0.0.1:\(preview.port)\r\n\r\n".utf8),
      Array("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(preview.port)\r\nContent-Length: -1\r\n\r\n".utf8),
      Array("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n".utf8),
      Array("POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\nabc".utf8),
      Array("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n".utf8),
      Array("GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\n\r\n".utf8),
      Array("GET / HTTP/1.1\r\n\((0..<5_000).map { "X-\($0): y\r\n" }.joined())\r\n".utf8),
    ]
    for request in requests {
      for cut in [request.count, request.count / 2, 1] {
        let polite = try preview.connect()
        try polite.send(Array(request.prefix(cut)))
        polite.finish()
        _ = try polite.rest()
        let rude = try preview.connect()
        // The other side may close before everything is sent.
        try? rude.send(Array(request.prefix(cut)))
        rude.breakOff()
      }
      try expectAlive()
    }
    // Asks, and does not wait for the answer.
    for _ in 0..<50 {
      let connection = try preview.connect()
      try connection.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(preview.port)\r\n\r\n")
      connection.breakOff()
    }
    try expectAlive()
    try expectClosed(downTo: before)
  }

  @Test func `two hundred requests at once are all answered`() throws {
    let before = preview.openSockets
    let connections = try (0..<200).map { _ in try preview.connect() }
    for connection in connections {
      try connection.send("GET /p/concert/face?state=used HTTP/1.1\r\nHost: 127.0.0.1:\(preview.port)\r\n\r\n")
    }
    let answers = try connections.map { try $0.answer() }
    #expect(answers.allSatisfy { $0.status == 200 && $0.body == answers[0].body })
    for connection in connections { connection.breakOff() }
    try expectClosed(downTo: before)
  }

  @Test func `many requests go over one connection, also all at once`() throws {
    let connection = try preview.connect()
    let request = "GET /p/concert/face HTTP/1.1\r\nHost: 127.0.0.1:\(preview.port)\r\n\r\n"
    try connection.send(String(repeating: request, count: 20))
    for _ in 0..<20 { #expect(try connection.answer().status == 200) }
    #expect(try connection.request("/p/concert").status == 200)
  }

  @Test func `readers of events that are slow or gone hold up nobody and are let go`() throws {
    let before = preview.openSockets
    let slow = try preview.events()
    let gone = try (0..<100).map { _ in try preview.events() }
    #expect(preview.openSockets >= before + 101)
    for reader in gone { reader.breakOff() }
    let page = try preview.events()
    let text = try place.text("concert.pkpasstemplate/pass.json")
    for number in 0..<5 {
      try place.write("concert.pkpasstemplate/pass.json", text + String(repeating: " ", count: number + 1))
      #expect(try page.event() == "concert")
    }
    // The slow one and the page are still there.
    try expectClosed(downTo: before + 2)
    for _ in 0..<5 { #expect(try slow.event() == "concert") }
  }

  @Test func `more connections than the system allows are no end of it`() throws {
    let shell = try Previewing(place, ["concert.pkpasstemplate"], files: 64)
    var crowd = try (0..<100).map { _ in try shell.connect() }
    for connection in crowd { try? connection.send("GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:\(shell.port)\r\n\r\n") }
    for connection in crowd { connection.breakOff() }
    crowd = []
    #expect(try shell.get("/p/concert/face").status == 200)
    #expect(shell.isRunning)
  }
}
