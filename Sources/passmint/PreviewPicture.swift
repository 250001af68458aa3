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
  private static let patience = 30.0

  /// - Parameter page: a page that needs nothing else.
  /// - Returns: a PNG.
  static func png(of page: String, _ choice: PreviewChoice) throws -> [UInt8] {
    let browser = try self.browser()
    var name = Array("\(NSTemporaryDirectory())/passmint-picture-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else {
      throw Failure("no temporary folder can be made: \(Self.reason)", hint: "is TMPDIR writable?")
    }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write(Array(page.utf8), to: "\(folder)/page.html")
    // The page itself knows how high it comes out.
    try run(browser, arguments(choice, height: 2000, folder) + ["--dump-dom", address(folder)], words: "\(folder)/dom")
    let dom = FileManager.default.contents(atPath: "\(folder)/dom").map { String(decoding: $0, as: UTF8.self) } ?? ""
    let height = dom.firstMatch(of: /data-height="([0-9]{1,4})"/).flatMap { Int($0.1) } ?? 560
    let picture = ["--screenshot=\(folder)/picture.png", address(folder)]
    try run(browser, arguments(choice, height: height, folder) + picture, words: "\(folder)/words")
    guard let picture = FileManager.default.contents(atPath: "\(folder)/picture.png"), picture.count > 8 else {
      let words = FileManager.default.contents(atPath: "\(folder)/words").map { String(decoding: $0, as: UTF8.self) }
      let last = words?.split(separator: "\n").last.map { ": \($0)" } ?? ""
      throw Failure("\(browser.path) made no picture\(last)", hint: hint)
    }
    return Array(picture)
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

  private static func run(_ browser: OtherProgram, _ arguments: [String], words: String) throws {
    guard let process = browser.start(arguments, words: words) else {
      throw Failure("\(browser.path) cannot be started: \(Self.reason)", hint: hint)
    }
    try wait(for: process, browser)
  }

  private static func address(_ folder: String) -> String { URL(filePath: "\(folder)/page.html").absoluteString }

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
