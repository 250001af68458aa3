import ArgumentParser
import JSON

extension SandboxCommand {
  /// Where the sandbox runs that a scenario is played in.
  struct Target: ParsableArguments {
    @Option(
      name: .customLong("sandbox"),
      help: ArgumentHelp("Where it runs; PASSMINT_SANDBOX says it for all commands.", valueName: "URL"))
    var url: String?

    @Flag(help: "Print JSON.")
    var json = false

    func play(_ scenario: String, _ particulars: [(String, JSONValue?)] = []) async throws {
      var object = JSONObject()
      for (name, value) in particulars { object[name] = value }
      let answer = try await SandboxCalls(url: url).post(scenario, object)
      SandboxWords.show(answer, json: json)
    }
  }

  struct Which: ParsableArguments {
    @Argument(
      help: ArgumentHelp(
        "The ticket: its number in `list`, or its movement's id. Without one: the last that is not cancelled.",
        valueName: "TICKET"))
    var ticket: Int64?

    var value: JSONValue? { ticket.map { .number(JSONNumber($0)) } }
  }

  struct Sell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sell seats in a new file.",
      discussion: """
        sell                              one seat of the first performance
        sell --seats 4 --children 2       a family of four
        sell --package 1                  a package: a seat in each performance
        sell --performance 3              in the theatre: a season ticket
        Without seats, at other houses: the stadium's second performance (free seating), and the museum's visits by time slot.
        """)
    @OptionGroup var target: Target
    @Option(help: ArgumentHelp("How many; of packages: how many of them.", valueName: "N")) var seats = 1
    @Option(help: ArgumentHelp("How many of them are children's.", valueName: "N")) var children = 0
    @Option(help: ArgumentHelp("Its number in `list`, or its id.", valueName: "N")) var performance: Int64?
    @Option(
      name: .customLong("package"),
      help: ArgumentHelp(
        "Instead of a performance: the package's number in `list`, or its product's id.", valueName: "N"))
    var offer: Int64?
    @Option(
      parsing: .singleValue,
      help: ArgumentHelp("The name on a ticket; again for the next.", valueName: "\"Ana Moreau\""))
    var holder: [String] = []
    @Option(help: ArgumentHelp("Who pays.", valueName: "NAME")) var buyer: String?
    @Flag(help: "The tickets have no barcodes yet: `print` gives them.") var notPrinted = false

    func run() async throws {
      try await target.play(
        "sell",
        [
          ("seats", .number(JSONNumber(Int64(seats)))), ("children", .number(JSONNumber(Int64(children)))),
          ("performance", performance.map { .number(JSONNumber($0)) }),
          ("package", offer.map { .number(JSONNumber($0)) }),
          ("holders", .array(holder.map { .string($0) })), ("buyer", buyer.map { .string($0) }),
          ("printed", .bool(!notPrinted)),
        ])
    }
  }

  struct Print: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a ticket that has no barcode yet.")
    @OptionGroup var target: Target
    @OptionGroup var which: Which
    func run() async throws { try await target.play("print", [("movement", which.value)]) }
  }

  struct Reprint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a ticket again: another barcode, the same pass.")
    @OptionGroup var target: Target
    @OptionGroup var which: Which
    func run() async throws { try await target.play("reprint", [("movement", which.value)]) }
  }

  struct Reseat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Move a ticket to another seat.")
    @OptionGroup var target: Target
    @OptionGroup var which: Which
    @Option(help: ArgumentHelp("Without it and --seat: the next free one.", valueName: "A")) var row: String?
    @Option(help: ArgumentHelp("Its number.", valueName: "12")) var seat: String?
    @Option(help: ArgumentHelp("Another door.", valueName: "NAME")) var entrance: String?

    func run() async throws {
      try await target.play(
        "reseat",
        [
          ("movement", which.value), ("row", row.map { .string($0) }), ("seat", seat.map { .string($0) }),
          ("entrance", entrance.map { .string($0) }),
        ])
    }
  }

  struct Rename: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Put another name on a ticket; the barcode stays.")
    @OptionGroup var target: Target
    @OptionGroup var which: Which
    @Option(help: ArgumentHelp("The name.", valueName: "\"Ben Ndiaye\"")) var holder: String?

    func run() async throws {
      try await target.play("rename", [("movement", which.value), ("holder", holder.map { .string($0) })])
    }
  }

  struct Reschedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a performance another start; all its tickets change.")
    @OptionGroup var target: Target
    @Option(help: ArgumentHelp("By the house's clock; without it an hour later.", valueName: "2027-01-15T21:00"))
    var to: String?
    @Option(help: ArgumentHelp("Without it the last ticket's.", valueName: "N")) var performance: Int64?

    func run() async throws {
      try await target.play(
        "reschedule",
        [("to", to.map { .string($0) }), ("performance", performance.map { .number(JSONNumber($0)) })])
    }
  }

  struct Exchange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a ticket back for another one, in the same file.")
    @OptionGroup var target: Target
    @OptionGroup var which: Which
    @Option(help: ArgumentHelp("What for; without it the house's first.", valueName: "N")) var performance: Int64?

    func run() async throws {
      try await target.play(
        "exchange",
        [("movement", which.value), ("performance", performance.map { .number(JSONNumber($0)) })])
    }
  }

  struct Refund: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Refund tickets of one file.")
    @OptionGroup var target: Target
    @Argument(help: ArgumentHelp("Which; without one all that is left of the last file.", valueName: "TICKET"))
    var tickets: [Int64] = []

    func run() async throws {
      try await target.play("refund", [("movements", .array(tickets.map { .number(JSONNumber($0)) }))])
    }
  }

  struct Resell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Sell a ticket on to another buyer.")
    @OptionGroup var target: Target
    @OptionGroup var which: Which
    @Option(help: ArgumentHelp("The new buyer.", valueName: "\"Kim Sato\"")) var buyer: String?

    func run() async throws {
      try await target.play("resell", [("movement", which.value), ("buyer", buyer.map { .string($0) })])
    }
  }

  struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Scan a ticket at the door.")
    @OptionGroup var target: Target
    @OptionGroup var which: Which
    @Flag(help: "The door refuses it: nothing changes.") var refused = false

    func run() async throws {
      try await target.play("scan", [("movement", which.value), ("succeeds", .bool(!refused))])
    }
  }

  struct CancelEvent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Call a performance off; no ticket of it is valid.")
    @OptionGroup var target: Target
    @Option(help: ArgumentHelp("Without it the last ticket's.", valueName: "N")) var performance: Int64?

    func run() async throws {
      try await target.play("cancel-event", [("performance", performance.map { .number(JSONNumber($0)) })])
    }
  }

  struct Fault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let the next calls go wrong.",
      discussion: """
        A bare status such as 509, 503 or 401, or slow, reset, hang, broken-json, broken-gzip, half-body, failed, \
        in-progress, html, unknown-members, oversized; or tokens: the token it comes with has ended, in the middle of a job with \
        --method. none takes back what is still to come.
        """)
    @OptionGroup var target: Target
    @Argument(help: ArgumentHelp("What goes wrong.", valueName: "FAULT")) var kind: String
    @Option(help: ArgumentHelp("How many calls.", valueName: "N")) var times: Int64 = 1
    @Option(help: ArgumentHelp("Only of this method, such as getFileDetails; auth is the sign-in.", valueName: "NAME"))
    var method: String?
    @Option(help: ArgumentHelp("How slow; of a status, its Retry-After.", valueName: "N")) var seconds: Int64?

    func run() async throws {
      try await target.play(
        "fault",
        [
          ("kind", .string(kind)), ("times", .number(JSONNumber(times))), ("method", method.map { .string($0) }),
          ("seconds", seconds.map { .number(JSONNumber($0)) }),
        ])
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what is on and every ticket sold.")
    @OptionGroup var target: Target

    func run() async throws {
      let answer = try await SandboxCalls(url: target.url).get()
      if target.json { SandboxWords.show(answer, json: true) } else { SandboxWords.list(answer) }
    }
  }
}
