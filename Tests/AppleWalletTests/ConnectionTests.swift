import AppleWallet
import Foundation
import Issuance
import PassBundle
import Sandbox
import Testing

@Suite("The connection to APNs")
struct ConnectionTests {
  @Test func `many pushes at once share one connection`() async throws {
    var staging = try Staging()
    // Fewer than are pushed: the rest waits its turn.
    staging.options.concurrentStreams = 20
    try await staging.run { apns, sandbox in
      let tokens = (0..<300).map { _ in sandbox.newToken() }
      let outcomes = await apns.pushAll(tokens)
      #expect(Set(outcomes) == [.accepted])
      #expect(Set(sandbox.taken.map(\.token)) == Set(tokens))
      #expect(sandbox.counts == SandboxAPNs.Counts(connections: 1, requests: 300, pushes: 300, pings: 0))
    }
  }

  @Test(arguments: [SandboxPushFault.goAwayAfter, .goAwayBefore, .refusedStream])
  func `when APNs closes a connection, every push arrives once`(fault: SandboxPushFault) async throws {
    try await Staging().run { apns, sandbox in
      let tokens = (0..<300).map { _ in sandbox.newToken() }
      #expect(await apns.push(to: tokens[0]) == .accepted)
      sandbox.fail(fault, token: tokens[150])
      let outcomes = await apns.pushAll(Array(tokens.dropFirst()))
      #expect(Set(outcomes) == [.accepted])
      #expect(sandbox.taken.count == 300 && Set(sandbox.taken.map(\.token)) == Set(tokens))
      #expect(sandbox.counts.connections == (fault == .refusedStream ? 1 : 2))
      #expect(await apns.push(to: tokens[0]) == .accepted)
    }
  }

  @Test func `an answer that is lost is tried again by others, who may, as a push says nothing`() async throws {
    try await Staging().run { apns, sandbox in
      let token = sandbox.newToken()
      sandbox.fail(.lost)
      let outcome = await apns.push(to: token)
      #expect(outcome.kind == "retry" && outcome.reason.contains("broke the push off"), "\(outcome)")
      #expect(sandbox.counts.pushes == 1 && sandbox.counts.connections == 1)
    }
  }

  @Test func `a connection that fell silent is given up, and the next push opens another`() async throws {
    var staging = try Staging()
    staging.settings.answerTimeout = .seconds(8)
    try await staging.run { apns, sandbox in
      let token = sandbox.newToken()
      #expect(await apns.push(to: token) == .accepted)
      sandbox.fail(.hang)
      let outcome = await apns.push(to: token)
      #expect(outcome.kind == "retry" && outcome.reason.contains("did not answer in time"), "\(outcome)")
      #expect(await apns.push(to: token) == .accepted)
      #expect(sandbox.taken.map(\.connection) == [1, 1, 2])
    }
  }

  @Test func `an idle connection is asked whether it is there, and stays`() async throws {
    var staging = try Staging()
    // Not oftener: more than two hundred PINGs in half a minute are taken for an attack.
    staging.settings.pingInterval = .milliseconds(300)
    try await staging.run { apns, sandbox in
      let token = sandbox.newToken()
      for count in 1...3 {
        #expect(await apns.push(to: token) == .accepted)
        while sandbox.counts.pings < count { await Task.yield() }
      }
      #expect(await apns.push(to: token) == .accepted)
      #expect(sandbox.counts.connections == 1)
    }
  }

  @Test func `where nobody listens, nothing is said of the push`() async throws {
    let apns = try Staging().client(
      port: try SandboxSecutix.freePort(), trusting: try Staging.certificates.get().root.pem)
    let outcome = await apns.push(to: "00")
    #expect(outcome.kind == "unreachable" && outcome.reason.contains("Connection refused"), "\(outcome)")
  }

  @Test func `a server that is not trusted gets nothing`() async throws {
    let staging = try Staging()
    let sandbox = try SandboxAPNs(trusting: staging.roots, now: { Staging.seconds * 1000 })
    try await sandbox.serve { port in
      let apns = try staging.client(port: port, trusting: try Staging.strangers.get().root.pem)
      let outcome = await apns.push(to: sandbox.newToken())
      #expect(outcome.kind == "refused" && outcome.reason.contains("no trusted authority issued"), "\(outcome)")
      #expect(sandbox.counts.requests == 0)
    }
  }

  @Test func `what is on its way when it is shut down arrives`() async throws {
    try await Staging().run { apns, sandbox in
      let token = sandbox.newToken()
      sandbox.fail(.delay(.milliseconds(50)))
      async let outcome = apns.push(to: token)
      for await _ in sandbox.pushes(to: token) { break }
      await apns.shutdown()
      #expect(await outcome == .accepted)
      #expect(await apns.push(to: token).kind == "retry")
      #expect(sandbox.counts.requests == 1)
    }
  }

  @Test func `pushes are heard of by those who wait for their token, and by those who come later`() async throws {
    try await Staging().run { apns, sandbox in
      let (mine, other) = (sandbox.newToken(), sandbox.newToken())
      var early = sandbox.pushes(to: mine).makeAsyncIterator()
      for token in [other, mine, other, mine] { #expect(await apns.push(to: token) == .accepted) }
      var late = sandbox.pushes(to: mine).makeAsyncIterator()
      var all = sandbox.pushes().makeAsyncIterator()
      for number in [2, 4] {
        #expect(await early.next()?.number == number)
        #expect(await late.next()?.number == number)
      }
      for number in 1...4 { #expect(await all.next()?.number == number) }
    }
  }
}
