import ArgumentParser
import Foundation
import JSON
import Sandbox

/// What the sandbox's commands say. Results go to standard output, what went wrong to standard error.
enum SandboxWords {
  private static let isTerminal = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true

  static func bold(_ text: String) -> String { isTerminal ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  static func dim(_ text: String) -> String { isTerminal ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
  static func green(_ text: String) -> String { isTerminal ? "\u{1B}[32m\(text)\u{1B}[0m" : text }

  static func say(_ text: String = "") {
    try? FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
  }

  /// Says why the command cannot go on, and gives what to throw: 1 what was asked is refused, 3 it could not run.
  static func failure(_ message: String, hint: String, status: Int32 = 3) -> ExitCode {
    let red = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil ? ("\u{1B}[31m", "\u{1B}[0m") : ("", "")
    try? FileHandle.standardError.write(
      contentsOf: Data("passmintd: \(red.0)error:\(red.1) \(message)\npassmintd: hint: \(hint)\n".utf8))
    return ExitCode(status)
  }

  /// An error of the network, without its type's name.
  static func reason(_ error: any Error) -> String {
    let text = "\(error)"
    return text.contains("in use") ? "the address is in use" : text
  }

  static func welcome(_ house: SandboxHouse, url: String) {
    say("A Secutix of \(bold(house.institution)) answers at \(bold(url))")
    say()
    say("A tenant of passmintd's that asks it has, under `secutix`:")
    say("  url: \(url)")
    say("  operator: \(house.operatorCode)")
    say("  institution: \(house.institution)")
    say("  partner: \(house.partner)")
    say("  secret: \(house.secret) \(dim("(in a file of its own)"))")
    say()
    say("From another terminal:")
    let target = url == "http://127.0.0.1:8400" ? "" : " --sandbox \(url)"
    say("  passmintd sandbox sell --seats 2\(target)")
    say("  passmintd sandbox list\(target)")
    say("  passmintd sandbox --help            \(dim("# all that can happen"))")
    say(dim("Ctrl-C ends it; nothing is kept."))
  }

  static func show(_ answer: JSONObject, json: Bool) {
    if json { return say(String(decoding: JSONValue.object(answer).serialized(pretty: true), as: UTF8.self)) }
    say(bold(answer["said"]?.stringValue ?? "done"))
    let movements = answer["movements"]?.array ?? []
    for movement in movements { show(movement) }
    if let file = answer["fileId"]?.int {
      let order = answer["orderId"]?.int.map { ", order \($0) (\(answer["orderType"]?.stringValue ?? ""))" } ?? ""
      say(dim("file \(file) (\(answer["fileState"]?.stringValue ?? ""))\(order)"))
    }
    if let rows = answer["rows"]?.array, !rows.isEmpty {
      say(dim("rows for the webhook: \(rows.compactMap(\.stringValue).joined(separator: ", "))"))
    }
    if let link = answer["mailLink"]?.stringValue { say("the mail's link: \(bold(link))") }
  }

  private static func show(_ movement: JSONValue) {
    let number = String(movement["number"]?.int ?? 0)
    var words = [movement["event"]?.stringValue ?? ""]
    if let start = movement["start"]?.stringValue { words.append(String(start.prefix(16).replacing("T", with: " "))) }
    if let seat = movement["seat"] {
      words.append(["block", "row", "number"].compactMap { seat[$0]?.stringValue }.joined(separator: " "))
    }
    if let holder = movement["holder"]?.stringValue { words.append(holder) }
    say("\(String(repeating: " ", count: max(0, 4 - number.count)))\(bold(number))  \(words.joined(separator: " · "))")
    let state = movement["state"]?.stringValue ?? ""
    let barcode = movement["barcode"]?.stringValue.map { "barcode \($0)" } ?? "no barcode"
    say(
      "      \(["PRINTED", "NOT_PRINTED"].contains(state) ? green(state) : state)"
        + dim(" · \(barcode) · movement \(movement["movementId"]?.int ?? 0)"))
  }

  static func list(_ answer: JSONObject) {
    say(bold("On at \(answer["institution"]?.stringValue ?? "")"))
    for performance in answer["performances"]?.array ?? [] {
      let start = performance["start"]?.stringValue.map { String($0.prefix(16).replacing("T", with: " ")) } ?? "no date"
      let isCancelled = performance["isCancelled"]?.bool == true
      say(
        "   \(bold(String(performance["number"]?.int ?? 0)))  \(performance["name"]?.stringValue ?? "") · \(start)"
          + (isCancelled ? " · called off" : ""))
    }
    for offer in answer["packages"]?.array ?? [] {
      let number = bold(String(offer["number"]?.int ?? 0))
      say("   \(number)  \(offer["name"]?.stringValue ?? "") · package, with sell --package")
    }
    let movements = answer["movements"]?.array ?? []
    say(bold(movements.isEmpty ? "Nothing is sold yet" : "Sold"))
    for movement in movements { show(movement) }
  }

  // MARK: The demonstration

  static func demo(_ play: DemoPlay, _ sale: SandboxSale, _ tickets: JSONValue) {
    let program = CommandLine.arguments.first ?? "passmintd"
    let target = play.secutixURL == "http://127.0.0.1:8400" ? "" : " --sandbox \(play.secutixURL)"
    func row(_ label: String, _ value: String) {
      say("  \(label.padding(toLength: 20, withPad: " ", startingAt: 0))\(value)")
    }
    func command(_ words: String, _ meaning: String) {
      say(
        "  \(program) sandbox \((words + target).padding(toLength: max(24, words.count + target.count), withPad: " ", startingAt: 0))\(dim("  # \(meaning)"))"
      )
    }
    say(bold("Two seats are sold, and their passes are made."))
    say()
    row("the buyer's page", bold(tickets["url"]?.stringValue ?? ""))
    row("as the mail has it", "\(play.publicURL)/o/\(DemoFolder.tenant)/\(sale.orderSecret)")
    row("one of the passes", tickets["tickets"]?[0]?["bundleUrl"]?.stringValue ?? "")
    say()
    say("What a program asks:")
    say("  curl -H 'X-API-KEY: \(play.files.key)' \\")
    say("    \(play.publicURL)/api/\(DemoFolder.tenant)/external/secutix/orders/getTicketsUrl/\(sale.file)")
    say()
    say("Let something happen, from another terminal, and load the page again after two seconds:")
    command("reprint", "another barcode, the same pass")
    command("reseat --row A --seat 1", "another seat")
    command("reschedule", "an hour later")
    command("scan 1", "used")
    command("refund 2", "void")
    command("sell --seats 3", "another order")
    command("fault 509 --times 5", "Secutix has had enough for a while")
    command("--help", "all that can happen")
    say()
    say("Look into the service:")
    say("  \(program) jobs list --config \(play.files.configuration.path)")
    say("  \(program) passes list --tenant \(DemoFolder.tenant) --config \(play.files.configuration.path)")
    say()
    row("Secutix", "\(play.secutixURL), \(play.house.institution)")
    row("the service", "\(play.publicURL), tenant \(DemoFolder.tenant)")
    row("its log", play.files.log.path)
    say(dim("The certificates are examples: any program verifies what they sign, phones refuse it."))
    if !play.isOnce { say(dim("Ctrl-C ends both.")) }
  }
}
