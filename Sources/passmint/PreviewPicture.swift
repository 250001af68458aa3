import Dispatch
import Foundation
import Glibc
import PassPreview

/// Makes a picture of a page with a browser that is installed.
enum PreviewPicture {
  private static let names = [
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser",
  ]
  /// A browser that took so many seconds hangs.
  private static let patience = 60.0
  /// In points. From some 13,000 on, three pixels each, Chromium leaves the end blank.
  private static let heightLimit = 9_999

  /// - Parameter page: a page that needs nothing else.
  /// - Returns: a PNG.
  static func png(of page: String, _ choice: PreviewChoice) throws -> [UInt8] {
    let browser = try self.browser()
    guard let folder = temporaryFolder() else {
      throw Failure("no temporary folder can be made: \(Self.reason)", hint: "is TMPDIR writable?")
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write(Array(page.utf8), to: "\(folder)/page.html")
    // The page itself knows how high it comes out.
    let dom = try run(browser, choice, height: 2000, ["--dump-dom"], folder)
    guard let height = dom.firstMatch(of: /data-height="([0-9]{1,6})"/).flatMap({ Int($0.1) }) else {
      throw failure(browser, dom)
    }
    if height > heightLimit {
      Terminal.warning(
        "the pass is \(Terminal.grouped(height)) points high; the picture ends at \(Terminal.grouped(heightLimit))")
      Terminal.hint("write --output FILE.html, which has it all")
    }
    let words = try run(
      browser, choice, height: min(height, heightLimit), ["--screenshot=\(folder)/picture.png"], folder)
    guard let picture = FileManager.default.contents(atPath: "\(folder)/picture.png"), picture.count > 8 else {
      throw failure(browser, words)
    }
    return Array(picture)
  }

  /// A folder for everything the browser writes, so that nothing of it stays.
  ///
  /// Chromium makes a socket there with a path of its own, and ends when that comes out longer than a socket's path may be,
  /// which is 107 bytes.
  private static func temporaryFolder() -> String? {
    let usual = NSTemporaryDirectory()
    let isShort =
      usual.utf8.count < 107 - "/passmint-picture-XXXXXX/org.chromium.Chromium.XXXXXX/SingletonSocket".utf8.count
    for place in isShort ? [usual] : ["/tmp", usual] {
      var name = Array("\(place)/passmint-picture-XXXXXX".utf8CString)
      guard mkdtemp(&name) != nil else { continue }
      return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return nil
  }

  /// - Parameter said: what the browser said in place of what it was started for.
  private static func failure(_ browser: OtherProgram, _ said: String) -> Failure {
    let lines = said.split(separator: "\n").filter { !$0.hasPrefix("<") }
    // Behind the reason of a crash comes more, of what reports crashes.
    let last = (lines.first { $0.contains(":FATAL:") } ?? lines.last).map { ": \($0)" } ?? ""
    return Failure("\(browser.path) made no picture\(last)", hint: hint)
  }

  private static let hint =
    "name another Chromium in PASSMINT_CHROMIUM, or write --output FILE.html, which needs none"

  private static func browser() throws -> OtherProgram {
    if let named = ProcessInfo.processInfo.environment["PASSMINT_CHROMIUM"], !named.isEmpty {
      guard let browser = OtherProgram(named) else {
        throw Failure("PASSMINT_CHROMIUM names \(named), which is no program", hint: hint)
      }
      return browser
    }
    guard let browser = names.lazy.compactMap({ OtherProgram($0) }).first else {
      throw Failure(
        "a picture needs Chromium, and none is installed",
        hint: "apt-get install chromium, or write --output FILE.html, which needs none")
    }
    return browser
  }

  /// - Returns: what it said.
  private static func run(
    _ browser: OtherProgram, _ choice: PreviewChoice, height: Int, _ wish: [String], _ folder: String
  ) throws -> String {
    let words = "\(folder)/words"
    try? FileManager.default.removeItem(atPath: words)
    let arguments = arguments(choice, height: height, folder) + wish
    guard
      let process = browser.start(
        arguments + [URL(filePath: "\(folder)/page.html").absoluteString], words: words,
        environment: ["TMPDIR": folder])
    else { throw Failure("\(browser.path) cannot be started: \(Self.reason)", hint: hint) }
    try wait(for: process, browser)
    return FileManager.default.contents(atPath: words).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private static func arguments(_ choice: PreviewChoice, height: Int, _ folder: String) -> [String] {
    [
      "--headless", "--disable-gpu", "--hide-scrollbars", "--default-background-color=00000000",
      "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
      "--disable-sync",
      "--force-device-scale-factor=\(choice.scale)", "--window-size=\(choice.width),\(height)",
      "--virtual-time-budget=5000", "--user-data-dir=\(folder)/browser",
      // Chromium's own fence does not work for root, in containers above all.
    ] + (geteuid() == 0 ? ["--no-sandbox"] : [])
  }

  private static func wait(for process: pid_t, _ browser: OtherProgram) throws {
    let isOver = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      _ = OtherProgram.wait(for: process)
      isOver.signal()
    }
    let start = ContinuousClock.now
    while isOver.wait(timeout: .now() + 0.1) == .timedOut {
      let isLate = ContinuousClock.now - start > .seconds(patience)
      guard isLate || Interruption.isWished else { continue }
      // The whole group: a browser is many processes.
      kill(-process, SIGKILL)
      isOver.wait()
      throw isLate
        ? Failure("\(browser.path) made no picture within \(Int(patience)) s", hint: hint)
        : Failure("stopped on request; nothing was written")
    }
  }

  /// Writes under a passing name first, so that the file is either as it was or whole.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw Failure(
        "\(path) cannot be written: \(error.localizedDescription)", hint: "is the folder there, and writable?")
    }
  }

  private static var reason: String { String(cString: strerror(errno)) }
}
