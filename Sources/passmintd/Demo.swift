import ArgumentParser
import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import Passes
import Sandbox

/// The whole product on one machine: a Secutix, a service that asks it, a sale, its passes, the buyer's page.
struct Demo {
  let house: HouseOptions.Settings
  let webhooks: WebhookOptions
  let options: DemoOptions

  /// The program itself, wherever it was started from.
  static var program: URL {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: link ?? CommandLine.arguments.first ?? "passmintd")
  }

  func run() async throws {
    let folder =
      options.folder.map { URL(filePath: $0).absoluteURL }
      ?? URL.temporaryDirectory.appending(
        path: "passmint-demo-\(getpid())")
    defer {
      if options.folder == nil { try? FileManager.default.removeItem(at: folder) }
    }
    let listen = try HouseOptions.address(options.service, option: "--service")
    let port = listen.port == 0 ? try SandboxSecutix.freePort() : listen.port
    // Whoever listens everywhere is looked at from here.
    let shown = ["0.0.0.0", "::"].contains(listen.host) ? "127.0.0.1" : listen.host
    let publicURL = "http://\(shown.contains(":") ? "[\(shown)]" : shown):\(port)"
    var house = house
    house.options.mailLink = "\(publicURL)/o/\(DemoFolder.tenant)/${orderSecret}"
    let secutix = SandboxSecutix(house.house, options: house.options)
    let stop = StopSignal()
    do {
      let trust = try DemoFolder.makeCertificates(at: folder, now: RunningService.now() / 1000)
      let apns = try SandboxAPNs(trusting: trust, now: RunningService.now)
      try await apns.serve { [house] apnsPort in
        try await secutix.serve(host: house.host, port: house.port) { url in
          let files = try DemoFolder(
            at: folder, house: house.house, secutix: url, listen: "\(listen.host):\(port)", publicURL: publicURL,
            apns: (apnsPort, apns.rootPEM))
          let service = try DemoService(
            Self.program, ["serve", "--config", files.configuration.path], log: files.log)
          let play = DemoPlay(
            secutix: secutix, secutixURL: url, house: house.house, service: service, publicURL: publicURL, files: files,
            webhooks: webhooks, apns: apns, trust: trust, isOnce: options.isOnce)
          do {
            try await play.run(until: stop)
          } catch {
            await service.stop()
            throw error
          }
          await service.stop()
        }
      }
    } catch let error as DemoFolder.Problem {
      throw SandboxWords.failure(error.message, hint: error.hint)
    } catch let error where !(error is ExitCode) {
      throw SandboxWords.failure(
        "the sandbox cannot listen on \(house.host):\(house.port): \(SandboxWords.reason(error))",
        hint: "is another one running? choose another address with --listen")
    }
  }
}

/// What a demonstration does once both run.
struct DemoPlay: Sendable {
  let secutix: SandboxSecutix
  let secutixURL: String
  let house: SandboxHouse
  let service: DemoService
  let publicURL: String
  let files: DemoFolder
  let webhooks: WebhookOptions
  let apns: SandboxAPNs
  /// The root of the passes' signatures.
  let trust: [Certificate]
  let isOnce: Bool

  private var api: String { "\(publicURL)/api/\(DemoFolder.tenant)" }

  func run(until stop: StopSignal) async throws {
    let isReady = await service.watch(for: .seconds(60)) {
      try? await get("\(publicURL)/readyz").status == 200 ? true : nil
    }
    guard isReady == true else { throw failed("the service does not come up") }
    var webhooks = webhooks
    webhooks.rows.append("\(api)/webhooks/listeners/secutix/orders")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [webhooks] in try await webhooks.send(from: secutix, until: stop) }
      group.addTask {
        let sale = try await secutix.sell(
          count: 2, holders: [SandboxPerson("Ana", "Moreau"), SandboxPerson("Ben", "Ndiaye")])
        // Issued because the webhook came, not because anybody looked.
        let total = await service.watch(for: .seconds(60)) {
          let answer = try? await get("\(api)/passes?q=\(sale.file)")
          return answer?.headers.first(name: "x-pagination-total") == "2" ? true : nil
        }
        guard total != nil else { throw failed("the order was sold, and no passes were made within a minute") }
        let lookup = try await get("\(api)/external/secutix/orders/getTicketsUrl/\(sale.file)")
        guard lookup.status == 200, let tickets = try? JSONValue(parsing: lookup.body) else {
          throw failed("the lookup of file \(sale.file) was answered with \(lookup.status)")
        }
        SandboxWords.demo(self, sale, tickets)
        let phone = DemoPhone(apns: apns, trust: trust)
        do {
          try await show(phone, sale, tickets)
          if isOnce { try await check(sale, tickets) }
        } catch {
          await phone.switchOff()
          throw error
        }
        if isOnce { return await phone.switchOff() }
        SandboxWords.say()
        await withTaskGroup { waiting in
          waiting.addTask { await stop.wait() }
          waiting.addTask { await service.waitForEnd() }
          await waiting.next()
          waiting.cancelAll()
        }
        await phone.switchOff()
        if !service.isRunning, !stop.hasCome { throw failed("the service has ended") }
      }
      // The webhooks end with the signal; the play may end before.
      try await group.next()
      group.cancelAll()
    }
  }

  /// Puts the passes on a phone, and lets the house open another entrance: the phone hears of it and shows it.
  private func show(_ phone: DemoPhone, _ sale: SandboxSale, _ tickets: JSONValue) async throws {
    SandboxWords.say()
    SandboxWords.say(SandboxWords.bold("A phone adds both passes; then the house lets people in at another entrance:"))
    for ticket in tickets["tickets"]?.array ?? [] {
      guard let url = ticket["bundleUrl"]?.stringValue else { continue }
      let pass = try await get(url)
      guard pass.status == 200 else { throw failed("a pass was answered with \(pass.status)") }
      try await phone.add(pass.body, lastModified: pass.headers.first(name: "Last-Modified"))
    }
    for movement in sale.movements {
      guard var seat = await secutix.movement(movement)?.seat else { continue }
      seat.entrance = "Porte 7"
      try await secutix.reseat(movement, to: seat)
    }
    guard await phone.hasChanged(sale.movements.count, within: .seconds(60)) else {
      throw failed("the tickets were changed, and no pass changed on the phone within a minute")
    }
  }

  /// Does what a buyer does: opens the mail's link, and downloads each pass; then looks whether it is right.
  private func check(_ sale: SandboxSale, _ tickets: JSONValue) async throws {
    let page = try await get("\(publicURL)/o/\(DemoFolder.tenant)/\(sale.orderSecret)")
    let text = String(decoding: page.body, as: UTF8.self)
    guard page.status == 200, text.contains(".pkpass") else {
      throw failed("the buyer's page was answered with \(page.status)")
    }
    let trust = try BundleCheck.trustedCertificates(path: files.root.path)
    for movement in sale.movements {
      let ticket = tickets["tickets"]?.array?.first { $0["movementId"]?.int == movement }
      guard let url = ticket?["bundleUrl"]?.stringValue else { throw failed("the lookup lacks movement \(movement)") }
      let pass = try await get(url)
      let report = BundleCheck.check(
        pass.body, name: "movement.pkpass", trust: trust, now: Int64(Date().timeIntervalSince1970))
      let contents = report.files["pass.json"].flatMap { try? JSONValue(parsing: $0) }
      let barcode = await secutix.movement(movement)?.ticket?.barcode
      guard pass.status == 200, report.isAcceptable, report.signature != nil, let barcode,
        contents?["barcodes"]?[0]?["message"]?.stringValue == barcode
      else { throw failed("the pass of movement \(movement) is not as it should be") }
    }
    SandboxWords.say(
      "\(SandboxWords.green("checked")): the page opens, \(sale.movements.count) passes are whole and signed.")
  }

  private struct Answer {
    let status: UInt
    let headers: HTTPHeaders
    let body: [UInt8]
  }

  private func get(_ url: String) async throws -> Answer {
    var request = HTTPClientRequest(url: url)
    // The page and the passes want none; it is for the API only.
    if url.hasPrefix(api) { request.headers.add(name: "X-API-KEY", value: files.key) }
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
      let body = try await response.body.collect(upTo: 64 << 20)
      return Answer(status: response.status.code, headers: response.headers, body: Array(body.readableBytesView))
    } catch {
      throw failed("the service does not answer at \(publicURL)", isQuiet: true)
    }
  }

  /// - Parameter isQuiet: nobody is told; the caller tries again.
  private func failed(_ message: String, isQuiet: Bool = false) -> any Error {
    if isQuiet { return ExitCode(3) }
    let log = (try? String(contentsOf: files.log, encoding: .utf8)) ?? ""
    let end = log.split(separator: "\n").suffix(12).map { "  \($0)" }.joined(separator: "\n")
    return SandboxWords.failure(
      message + (end.isEmpty ? "" : "; what it said last:\n\(end)"),
      hint: "`passmintd serve --config FILE --check-config` looks at a configuration; keep this one with --folder DIR")
  }
}
