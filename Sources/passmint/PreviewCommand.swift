import ArgumentParser
import Foundation
import Glibc
import PassPreview
import Passes

struct Preview: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See a template, a folder of templates or a pass in the browser, while it is edited.",
    discussion: """
      Serves a page on this computer alone, prints its address and draws anew whenever a file is saved. --output writes \
      a file instead: .html is a page that needs nothing else, .png a picture of the pass made by an installed Chromium.
      """)

  @Argument(
    help: ArgumentHelp(
      "A template folder, a folder of templates, a pass or a .pkpasses.", valueName: "TEMPLATE|DIR|FILE.pkpass"))
  var path: String

  @Flag(help: "Open the page in the browser.")
  var open = false

  @Option(help: ArgumentHelp("The port of the page (a free one).", valueName: "N"))
  var port: UInt16?

  @Option(
    help: ArgumentHelp(
      "A ticket to show before the samples: written as they are, or an order export.", valueName: "FILE.json"))
  var ticket: String?

  @Option(help: ArgumentHelp("The sample ticket to begin with.", valueName: "NAME"))
  var sample: String?

  @Option(help: ArgumentHelp("The language to begin with.", valueName: "fr"))
  var language: String?

  @Option(help: "The state to begin with.")
  var state: PreviewChoice.State?

  @Option(help: "The side to begin with.")
  var side: PreviewChoice.Side?

  @Option(help: ArgumentHelp("Write a file and end.", valueName: "FILE.html|FILE.png"))
  var output: String?

  func validate() throws {
    guard let output else { return }
    if open || port != nil {
      throw ValidationError("--open and --port are for the live page, which --output does not make")
    }
    if !["html", "png"].contains(Self.ending(output)) {
      throw ValidationError("--output \(output) is neither .html nor .png")
    }
  }

  func run() throws {
    let target = try PreviewTarget(path, ticketFile: ticket)
    if target.isGallery, sample != nil || language != nil || state != nil || side != nil || output != nil {
      throw Failure(
        "\(path) holds several templates or passes, and --sample, --language, --state, --side and --output are for one",
        hint: "name one of them", status: .usage)
    }
    if let output { try keep(target, as: output) } else { try show(target) }
  }

  private static func ending(_ path: String) -> String { URL(filePath: path).pathExtension.lowercased() }

  // MARK: - The live page

  private func show(_ target: PreviewTarget) throws {
    endAtOnce()
    let previews = Previews()
    var loop = PreviewLoop(target: target, previews: previews)
    if let subject = previews.all.first?.subject, !target.isGallery { try check(subject) }
    let server: PreviewServer
    do {
      server = try PreviewServer(previews: previews, isGallery: target.isGallery, port: port ?? 0)
    } catch {
      throw Failure(
        "port \(port ?? 0) of 127.0.0.1 cannot be opened: \(error.localizedDescription)",
        hint: "leave --port out, and a free port is taken")
    }
    server.start()
    let address = "http://127.0.0.1:\(server.port)/\(query)"
    Terminal.note("watching \(path); Ctrl-C ends it")
    Terminal.write(address)
    if open { Browser.open(address) }
    loop.run { server.events.send($0) }
  }

  /// What to begin with, as the page itself writes it.
  private var query: String {
    let values = [
      ("sample", sample), ("language", language), ("state", state?.rawValue), ("side", side?.rawValue),
    ]
    let text = values.compactMap { name, value in
      value.flatMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }.map { "\(name)=\($0)" }
    }.joined(separator: "&")
    return text.isEmpty ? "" : "?\(text)"
  }

  /// Nothing is half done at any time, so there is nothing to finish.
  private func endAtOnce() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(0) } }
    signal(SIGPIPE, SIG_IGN)
    // A program that starts this one may have blocked them.
    var wished = sigset_t()
    sigemptyset(&wished)
    sigaddset(&wished, SIGINT)
    sigaddset(&wished, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &wished, nil)
  }

  // MARK: - A file to keep

  private func keep(_ target: PreviewTarget, as output: String) throws {
    Interruption.install()
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      try Inputs.keepOutOfTemplate(path, "--output", output)
    }
    let reading = target.sources().flatMap { target.read($0) }.first
    guard let subject = reading?.subject else {
      throw Failure("\(path) cannot be drawn", hint: "mend what is wrong", findings: reading?.findings ?? [])
    }
    try check(subject)
    var choice = PreviewChoice()
    choice.sample = sample
    choice.language = language
    choice.state = state
    choice.side = side ?? choice.side
    guard subject.canDraw(choice) else {
      throw Failure(
        "\(path) has nothing to draw with these choices",
        hint: "passmint preview \(path) shows why: no sample ticket, or one that makes no pass")
    }
    let bytes =
      Self.ending(output) == "html"
      ? Array(subject.keptPage(choice, now: Inputs.now).utf8)
      : try PreviewPicture.png(of: subject.picture(choice, now: Inputs.now), choice)
    try PreviewPicture.write(bytes, to: output)
    Terminal.write(output)
  }

  /// What was asked for has to be there: a page in another language is no page for a customer.
  private func check(_ subject: PreviewSubject) throws {
    func check(_ value: String?, in known: [String], _ option: String, _ noun: String) throws {
      guard let value, !known.contains(value) else { return }
      let others = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
      throw Failure("\(subject.name) has no \(noun) \(value)", hint: "\(option): \(others)", status: .usage)
    }
    try check(sample, in: subject.samples, "--sample", "sample ticket")
    // As phones do: de-CH is shown in de where there is no de-CH.
    let base = language?.split(whereSeparator: { $0 == "-" || $0 == "_" }).first.map(String.init)
    // A pass without translations still writes its dates and amounts in a language.
    let isShown = subject.languages.contains(base ?? "") || subject.languages.isEmpty
    try check(isShown ? nil : language, in: subject.languages, "--language", "language")
  }
}

extension PreviewChoice.State: ExpressibleByArgument {}
extension PreviewChoice.Side: ExpressibleByArgument {}
