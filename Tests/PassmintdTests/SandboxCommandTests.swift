import ArgumentParser
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Sandbox
import Testing

@testable import passmintd

/// What the sandbox's commands can be told.
@Suite struct SandboxCommandTests {
  /// Runs a house as a process of its own; `play` is a command from another terminal.
  private func run(
    _ arguments: [String],
    _ body: (_ url: String, _ play: @escaping ([String]) async throws -> (status: Int32, output: String)) async throws
      -> Void
  ) async throws {
    let sandbox = try ServiceProcess(["sandbox", "--listen", "127.0.0.1:0"] + arguments)
    let line = try await sandbox.line { $0.contains("answers at") }
    let url = try #require(line.split(separator: " ").last.map(String.init))
    try await body(url) { arguments in
      let command = try ServiceProcess(["sandbox"] + arguments + ["--sandbox", url])
      let status = await command.end()
      return (status, command.output)
    }
    sandbox.send(SIGINT)
    #expect(await sandbox.end() == 0)
  }

  @Test func `a package, a family and a season ticket are sold in the theatre`() async throws {
    try await run([]) { _, play in
      func sell(_ arguments: String...) async throws -> JSONValue {
        let (status, output) = try await play(["sell", "--json"] + arguments)
        #expect(status == 0, "\(output)")
        return try JSONValue(parsing: Array(output.utf8))
      }
      let duo = try await sell("--package", "1", "--holder", "Ana Moreau")
      #expect(
        duo["movements"]?.array?.map { $0["event"]?.stringValue } == [
          "Gala symphonique", "La très longue nuit du théâtre d'objets et des marionnettes",
        ])
      #expect(Set(duo["movements"]?.array?.map { $0["orderId"]?.int } ?? []) == [duo["orderId"]?.int])
      #expect(duo["rows"]?.array == ["PAID", "PAID"])
      #expect(try await sell("--seats", "4", "--children", "2")["movements"]?.array?.count == 4)
      let season = try await sell("--performance", "3")
      #expect(season["movements"]?[0]?["event"]?.stringValue == "Abonnement 2027")
      #expect(try await play(["list"]).output.contains("1  Formule Duo · package"))
      for (arguments, said) in [
        (["--package", "2"], "no package 2"), (["--package", "1", "--performance", "1"], "not both"),
        (["--seats", "2", "--children", "3"], "children must be 0 to 2"),
      ] {
        let (status, output) = try await play(["sell"] + arguments)
        #expect(status == 1)
        #expect(output.contains(said), "\(output)")
      }
    }
  }

  @Test(arguments: [("stadium", 2, "Cup Final, guests' stand"), ("museum", 1, "Permanent Collection")])
  func `free seating and visits by time slot are sold in other houses`(
    house: String, performance: Int, event: String
  ) async throws {
    try await run(["--house", house]) { _, play in
      let sold = try await play(["sell", "--performance", String(performance), "--json"])
      let movement = try JSONValue(parsing: Array(sold.output.utf8))["movements"]?[0]
      #expect(movement?["event"]?.stringValue == event)
      #expect(movement?["start"]?.stringValue != nil)
      #expect(movement?["seat"] == nil)
    }
  }

  @Test func `a refused scan and the end of tokens are words of the command line`() async throws {
    try await run([]) { _, play in
      _ = try await play(["sell"])
      #expect(try await play(["scan", "--refused"]).output.contains("refused at the door"))
      #expect(try await play(["list"]).output.contains("CONTROLLED") == false)
      let ended = try await play(["fault", "tokens", "--method", "getFileDetails"])
      #expect(ended.output.contains("the next call of getFileDetails will come to: tokens"))
      #expect(try await play(["fault", "tokens", "--method", "auth"]).status == 1)
    }
  }

  @Test func `the order webhook V1 is posted with a body`() async throws {
    let (bodies, received) = AsyncStream<(String, [UInt8])>.makeStream()
    let router = Router()
    router.on("**", method: .post) { request, _ in
      let bytes = try await request.body.collect(upTo: 1 << 20)
      received.yield((request.uri.string, Array(bytes.readableBytesView)))
      return Response(status: .ok)
    }
    var logger = Logger(label: "receiver")
    logger.logLevel = .critical
    try await whileServing(router, logger: logger) { [self] port in
      let arguments = [
        "--order-id-webhook", "http://127.0.0.1:\(port)/orders/${orderId}", "--every", "20ms", "--order-id-body",
        #"{"order": ${orderId}}"#,
      ]
      try await run(arguments) { _, play in
        let sold = try JSONValue(parsing: Array(try await play(["sell", "--json"]).output.utf8))
        let order = try #require(sold["orderId"]?.int)
        let (path, body) = try #require(await bodies.first { _ in true })
        #expect(path == "/orders/\(order)")
        #expect(try JSONValue(parsing: body) == ["order": .number(JSONNumber(order))])
      }
    }
  }

  @Test func `how many requests a run sends is an option`() throws {
    let options = try WebhookOptions.parse(["--webhook", "http://a", "--requests-per-run", "3"])
    #expect(options.settings.map(\.requestsPerRun) == [3])
    #expect(try WebhookOptions.parse(["--webhook", "http://a"]).settings.map(\.requestsPerRun) == [100])
    #expect(throws: (any Error).self) { try WebhookOptions.parse(["--requests-per-run", "0"]) }
    #expect(throws: (any Error).self) { try WebhookOptions.parse(["--order-id-body", "{}"]) }
  }
}
