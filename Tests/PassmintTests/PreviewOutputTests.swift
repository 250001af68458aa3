import Foundation
import Glibc
import Testing

@Suite("Files that a preview writes")
struct PreviewOutputTests {
  let place: Workplace
  let concert = Workplace.templates.appending(path: "concert.pkpasstemplate").path

  init() throws {
    place = try Workplace()
    try FileManager.default.createDirectory(atPath: place.path("tmp"), withIntermediateDirectories: true)
  }

  @Test func `a page to keep is one file that asks for nothing else`() throws {
    let run = try preview([concert, "--output", "concert.html", "--language", "fr", "--state", "used"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "concert.html\n")
    #expect(run.errors == "")
    let page = try place.text("concert.html")
    #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
    #expect(page.contains("lang=\"fr\"") && page.contains("data-state=\"used\""))
    #expect(page.contains("data:image/png;base64,"))
    // Nothing but the page and what the test brought along: no half-written file is left.
    #expect(place.files(".").filter { $0.contains("concert.html") } == ["concert.html"])
    #expect(
      try FileManager.default.attributesOfItem(atPath: place.path("concert.html"))[.posixPermissions] as? Int == 0o644)
    let again = try preview([concert, "--output", "concert.html"])
    #expect(again.status == 0)
    #expect(try place.text("concert.html").contains("lang=\"en\""))
  }

  @Test func `a picture is the pass at the size of the screen`() throws {
    let run = try preview([concert, "--output", "concert.png"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "concert.png\n")
    let front = try place.bytes("concert.png")
    #expect(front.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    func number(_ at: Int, of image: [UInt8]) -> Int { image[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
    // 390 points at @3x; the card is 501 high where it is 358 wide, with 16 around it.
    #expect(number(16, of: front) == 3 * 390)
    #expect(number(20, of: front) == 3 * (501 + 32))
    _ = try preview([concert, "--output", "back.png", "--side", "back"])
    let back = try place.bytes("back.png")
    // The back is as high as all that is written there.
    #expect(number(16, of: back) == 3 * 390)
    #expect(number(20, of: back) > 3 * (501 + 32))
    #expect(leftFolders().isEmpty)
  }

  @Test func `a back without end is cut, and that is said`() throws {
    try place.copyTemplate("concert")
    let pass = try place.text("concert.pkpasstemplate/pass.json")
    let field = #"{"key": "long", "label": "Terms", "value": "\#(String(repeating: "word ", count: 9_000))"},"#
    let range = try #require(pass.firstRange(of: #/"backFields": \[/#))
    try place.write(
      "concert.pkpasstemplate/pass.json", pass.replacingCharacters(in: range, with: "\"backFields\": [\(field)"))
    let run = try preview(["concert.pkpasstemplate", "--output", "x.png", "--side", "back"])
    #expect(run.status == 0)
    #expect(run.errors.contains("points high; the picture ends at 9,999\n"), "\(run.errors)")
    let picture = try place.bytes("x.png")
    #expect(picture[20..<24].reduce(0) { $0 << 8 | Int($1) } == 3 * 9_999)
  }

  @Test func `a used ticket of one's own is what is drawn, before the samples`() throws {
    try place.copyTemplate("concert")
    let sample = try place.text("concert.pkpasstemplate/samples/used.json").replacing("Winter Gala", with: "My own")
    try place.write("mine.json", sample)
    let run = try preview(["concert.pkpasstemplate", "--ticket", "mine.json", "--output", "mine.html"])
    #expect(run.status == 0, "\(run.errors)")
    let page = try place.text("mine.html")
    #expect(page.contains("data-sample=\"mine\"") && page.contains("data-state=\"used\""))
  }

  @Test func `where nothing can be drawn no picture is written`() throws {
    try place.copyTemplate("concert")
    try FileManager.default.removeItem(atPath: place.path("concert.pkpasstemplate/samples"))
    for output in ["x.png", "x.html"] {
      let run = try preview(["concert.pkpasstemplate", "--output", output])
      #expect(run.status == 3)
      #expect(run.errors.contains("nothing to draw"))
    }
    #expect(!place.files(".").contains { ["x.png", "x.html"].contains($0) })
  }

  @Test func `passes that anyone made become files too`() throws {
    try place.write("orders.csv", OrderRow.csv(1))
    try place.issue("orders.csv")
    let run = try preview(["out/1001/50001.pkpass", "--output", "pass.html"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try place.text("pass.html").contains("Gala"))
  }

  @Test func `without Chromium it names the package, and the page that needs none`() throws {
    let run = try preview([concert, "--output", "x.png"], environment: ["PATH": place.path("bin")])
    #expect(run.status == 3)
    #expect(
      run.errors == """
        passmint: error: a picture needs Chromium, and none is installed
        passmint: hint: apt-get install chromium, or write --output FILE.html, which needs none

        """)
    let wrong = try preview([concert, "--output", "x.png"], environment: ["PASSMINT_CHROMIUM": "nothing-such"])
    #expect(wrong.status == 3)
    #expect(wrong.errors.hasPrefix("passmint: error: PASSMINT_CHROMIUM names nothing-such, which is no program\n"))
    #expect(!place.exists("x.png"))
  }

  @Test func `a Chromium that fails is quoted, and leaves nothing behind`() throws {
    try place.writeProgram("browser", "echo first; echo 'no display, no picture' >&2; exit 1")
    let run = try preview([concert, "--output", "x.png"], environment: ["PASSMINT_CHROMIUM": place.path("browser")])
    #expect(run.status == 3)
    #expect(run.errors.contains("/browser made no picture: no display, no picture\npassmint: hint: "))
    #expect(!place.exists("x.png"))
    #expect(leftFolders().isEmpty)
  }

  @Test(arguments: ["--dump-dom", "--screenshot"])
  func `a Chromium that crashes at either call makes no picture, and the reason of the crash is said`(call: String)
    throws
  {
    try place.writeProgram(
      "browser",
      """
      case "$*" in *\(call)*) echo '[1:1:FATAL:here.cc:1] No fonts'; echo '[1:ERROR:crash.cc:2] none'; kill -SEGV $$; esac
      exec chromium "$@"
      """)
    let run = try preview([concert, "--output", "x.png"], environment: ["PASSMINT_CHROMIUM": place.path("browser")])
    #expect(run.status == 3)
    #expect(run.errors.contains("/browser made no picture: [1:1:FATAL:here.cc:1] No fonts\n"), "\(run.errors)")
    #expect(!place.exists("x.png"))
    #expect(leftFolders().isEmpty)
  }

  @Test func `a long path of temporary files is none too long for Chromium`() throws {
    let folder = "tmp/" + String(repeating: "long/", count: 30)
    try FileManager.default.createDirectory(atPath: place.path(folder), withIntermediateDirectories: true)
    let run = try preview([concert, "--output", "x.png"], environment: ["TMPDIR": place.path(folder)])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try place.bytes("x.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(place.files(folder).isEmpty)
  }

  @Test func `Ctrl-C ends a Chromium that hangs, with all it started`() throws {
    mkfifo(place.path("started"), 0o600)
    mkfifo(place.path("alive"), 0o600)
    // It has a child, as browsers do, and both hold the second pipe open.
    try place.writeProgram(
      "browser", "exec 3>\(place.path("alive")); sh -c 'echo on >\(place.path("started")); read line </dev/zero' & wait"
    )
    let run = try Running(
      Workplace.program, ["preview", concert, "--output", "x.png"], in: place.folder,
      environment: ["PASSMINT_CHROMIUM": place.path("browser"), "TMPDIR": place.path("tmp")])
    let alive = try #require(fopen(place.path("alive"), "r"))
    let started = try #require(fopen(place.path("started"), "r"))
    #expect(fgetc(started) == Int32(UInt8(ascii: "o")))
    run.send(SIGINT)
    let ended = try run.end()
    #expect(ended.status == 3 && !ended.wasKilled)
    #expect(ended.errors == "passmint: error: stopped on request; nothing was written\n")
    // The pipe ends when nobody holds it any more.
    #expect(fgetc(alive) == EOF)
    fclose(alive)
    fclose(started)
    #expect(!place.exists("x.png"))
    #expect(leftFolders().isEmpty)
  }

  @Test func `what cannot be written is said in words`() throws {
    func refused(_ arguments: [String], status: Int32, _ words: String) throws {
      let run = try preview(arguments)
      #expect(run.status == status, "\(arguments)")
      #expect(run.errors.contains("passmint: error: \(words)"), "\(run.errors)")
      #expect(run.errors.contains("\npassmint: hint: "))
      #expect(run.output == "")
    }
    try refused([concert, "--output", "x.gif"], status: 2, "--output x.gif is neither .html nor .png")
    try refused([concert, "--output", "x.html", "--open"], status: 2, "--open and --port are for the live page")
    try refused([concert, "--output", "no/such/x.html"], status: 3, "no/such/x.html cannot be written: ")
    try refused(
      [Workplace.templates.path, "--output", "x.html"], status: 2,
      "\(Workplace.templates.path) holds several templates or passes")
    try place.copyTemplate("concert")
    try refused(
      ["concert.pkpasstemplate", "--output", "concert.pkpasstemplate/x.html"], status: 2,
      "--output concert.pkpasstemplate/x.html lies in the template")
    try place.write("concert.pkpasstemplate/pass.json", "{")
    try refused(
      ["concert.pkpasstemplate", "--output", "x.html"], status: 3, "concert.pkpasstemplate cannot be drawn")
    try FileManager.default.createDirectory(atPath: place.path("folder.html"), withIntermediateDirectories: true)
    try refused([concert, "--output", "folder.html"], status: 3, "folder.html cannot be written: ")
    #expect(!place.exists("x.html"))
  }

  /// What is left of the folders pictures are made in.
  private func leftFolders() -> [String] { place.files("tmp") }

  private func preview(_ arguments: [String], environment: [String: String] = [:]) throws -> Run {
    try place.passmint(["preview"] + arguments, environment: environment.merging(["TMPDIR": place.path("tmp")]) { $1 })
  }
}
