import Foundation
import Glibc
import Testing

@Suite("What a preview answers")
struct PreviewServingTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.copyTemplate("concert")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `it prints its address, serves the page, and ends at once and well`(signal: Int32) throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    #expect(preview.address == "http://127.0.0.1:\(preview.port)/")
    #expect(preview.errors.hasSuffix("passmint: watching concert.pkpasstemplate; Ctrl-C ends it\n"))
    let page = try preview.get("/")
    #expect(page.status == 200)
    #expect(page.text.contains("data-subject=\"concert\""))
    #expect(try preview.get("/p/concert").text == page.text)
    // A page that listens is no reason to stay.
    let reader = try preview.events()
    #expect(preview.end(signal) == 0)
    #expect(try reader.rest() == "")
  }

  @Test func `every answer forbids keeping, guessing, framing and asking elsewhere`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let paths = [
      "/", "/p/concert", "/p/concert/face", "/p/other", "/nothing", "/p/concert/image/none", "//", "/%zz",
    ]
    for path in paths {
      for method in ["GET", "HEAD", "POST"] {
        let answer = try preview.get(path, method: method)
        #expect(answer.headers["cache-control"] == "no-store", "\(method) \(path)")
        #expect(answer.headers["x-content-type-options"] == "nosniff", "\(method) \(path)")
        #expect(answer.headers["referrer-policy"] == "no-referrer", "\(method) \(path)")
        #expect(answer.headers["cross-origin-resource-policy"] == "same-origin", "\(method) \(path)")
        let policy = answer.headers["content-security-policy"] ?? ""
        #expect(policy.hasPrefix("default-src 'none'; ") && policy.hasSuffix("frame-ancestors 'none'"))
        #expect(method != "POST" || answer.status == 405)
      }
    }
    #expect(try preview.get("/", method: "POST").headers["allow"] == "GET, HEAD")
  }

  @Test func `HEAD tells what GET would send`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let connection = try preview.connect()
    let head = try connection.request("/p/concert/face", method: "HEAD")
    let whole = try connection.request("/p/concert/face")
    #expect(head.status == 200 && head.body.isEmpty)
    #expect(head.headers == whole.headers)
    #expect(whole.headers["content-length"] == String(whole.body.count))
  }

  @Test func `who asks under another name or from another page is turned away`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let port = preview.port
    for host in ["127.0.0.1:\(port)", "localhost:\(port)", "LOCALHOST:\(port)", "[::1]:\(port)"] {
      #expect(try preview.get("/", headers: ["Host": host]).status == 200, "\(host)")
    }
    for host in [
      "evil.example", "evil.example:\(port)", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:\(port)", "",
    ] {
      let answer = try preview.get("/", headers: ["Host": host])
      #expect(answer.status == 421, "\(host)")
      #expect(answer.text == "this is the preview of passmint; open http://127.0.0.1:\(port)/\n")
      #expect(try preview.get("/events", headers: ["Host": host]).status == 421)
    }
    for origin in ["http://evil.example", "null", "https://127.0.0.1:\(port)", "http://127.0.0.1"] {
      #expect(try preview.get("/", headers: ["Origin": origin]).status == 421, "\(origin)")
    }
    #expect(try preview.get("/", headers: ["Origin": "http://localhost:\(port)"]).status == 200)
    let silent = try preview.connect()
    try silent.send("GET / HTTP/1.0\r\n\r\n")
    #expect(try silent.answer().status == 421)
  }

  @Test func `a name is looked up and never a path`() throws {
    try place.write("secret.txt", "the secret")
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    for path in [
      "/p/..%2Fsecret.txt", "/p/../secret.txt", "/../secret.txt", "/p/concert/../../secret.txt",
      "/p/concert/image/..%2F..%2Fsecret.txt", "/p/%2e%2e%2fsecret.txt", "/p/concert/pass.json", "/p/%ff", "/p/",
    ] {
      let answer = try preview.get(path)
      #expect(answer.status == 404, "\(path)")
      #expect(answer.text.hasPrefix("there is no"), "\(path)")
      #expect(!answer.text.contains("the secret"))
    }
    let unknown = try preview.get("/p/op%C3%A9ra%3Cb%3E")
    #expect(unknown.text == "there is no template or pass called “opéra<b>” here; / shows what there is\n")
    #expect(unknown.headers["content-type"] == "text/plain; charset=utf-8")
  }

  @Test func `images are the template's own bytes and may be kept`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let page = try preview.get("/").text
    let ids = Set(page.matches(of: /data-3x="([^"]+)"/).map { String($0.output.1) })
    try #require(!ids.isEmpty)
    let own = Set(place.files("concert.pkpasstemplate").compactMap { try? place.bytes("concert.pkpasstemplate/\($0)") })
    for id in ids {
      let image = try preview.get("/p/concert/image/\(id)")
      #expect(image.status == 200)
      #expect(image.headers["content-type"] == "image/png")
      #expect(image.headers["cache-control"] == "private, max-age=31536000, immutable")
      #expect(own.contains(image.body))
    }
  }

  @Test func `what to begin with stands in the address, spaces and all`() throws {
    let sample = try place.text("concert.pkpasstemplate/samples/with-long-names.json")
    try place.write("concert.pkpasstemplate/samples/a b+c.json", sample)
    let preview = try Previewing(
      place, ["concert.pkpasstemplate", "--language", "fr", "--state", "used", "--sample", "a b+c", "--side", "back"])
    #expect(preview.address.hasSuffix("/?sample=a%20b%2Bc&language=fr&state=used&side=back"))
    let query = preview.address.split(separator: "?")[1]
    let page = try preview.get("/?\(query)").text
    #expect(page.contains("<option value=\"a b+c\" selected>"))
    // As forms write it.
    #expect(try preview.get("/?\(query.replacing("%20", with: "+"))").text == page)
    #expect(try preview.get("/").text != page)
  }

  @Test func `a port may be wished for, and one that is taken is said so`() throws {
    let first = try Previewing(place, ["concert.pkpasstemplate"])
    let second = try place.passmint(["preview", "concert.pkpasstemplate", "--port", "\(first.port)"])
    #expect(second.status == 3)
    #expect(second.errors.contains("passmint: error: port \(first.port) of 127.0.0.1 cannot be opened: "))
    #expect(second.errors.hasSuffix("passmint: hint: leave --port out, and a free port is taken\n"))
    #expect(second.output == "")
    #expect(first.end(SIGTERM) == 0)
    let third = try Previewing(place, ["concert.pkpasstemplate", "--port", "\(first.port)"])
    #expect(third.port == first.port)
  }

  @Test func `--open starts the browser, and the next one where the first has none`() throws {
    mkfifo(place.path("opened"), 0o600)
    try place.writeProgram("bin/xdg-open", "exit 3")
    try place.writeProgram("bin/wslview", "echo \"$1\" >\(place.path("opened"))")
    let path = "\(place.path("bin")):/usr/bin:/bin"
    let preview = try Previewing(
      place, ["concert.pkpasstemplate", "--open", "--side", "back"], environment: ["PATH": path])
    let opened = try #require(fopen(place.path("opened"), "r"))
    defer { fclose(opened) }
    var line = [CChar](repeating: 0, count: 1000)
    let address = fgets(&line, 1000, opened).map { String(cString: $0) }
    #expect(address == "\(preview.address)\n")
  }

  @Test func `--open says so where there is no browser`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate", "--open"], environment: ["PATH": place.path("bin")])
    // The page is there all the same, before and after that is found out.
    while !preview.errors.contains("no browser could be started") { #expect(try preview.get("/").status == 200) }
    #expect(
      preview.errors.contains(
        "passmint: hint: no browser could be started (xdg-open, wslview, open); \(preview.address) is for you to open\n"
      ))
  }

  @Test func `--ticket comes before the samples, as a sample or as an order export`() throws {
    let sample = try place.text("concert.pkpasstemplate/samples/with-long-names.json")
    try place.write("mine.json", sample)
    let own = try Previewing(place, ["concert.pkpasstemplate", "--ticket", "mine.json"])
    #expect(try own.get("/").text.contains("<option value=\"mine\" selected>"))
    let events = try own.events()
    try place.write("mine.json", "{")
    #expect(try events.event() == "concert")
    #expect(try own.get("/p/concert/face").text.contains("id=\"broken\""))
    let export = Workplace.templates.appending(path: "exports/concert.json").path
    let order = try Previewing(place, ["concert.pkpasstemplate", "--ticket", export])
    #expect(try order.get("/").text.contains("027105626259244915414468"))
    try place.write("bad.json", "{\"tickt\": {}}")
    let bad = try place.passmint(["preview", "concert.pkpasstemplate", "--ticket", "bad.json"])
    #expect(bad.status == 3)
    #expect(bad.errors.hasPrefix("error: bad.json:1:"), "\(bad.errors)")
    #expect(bad.errors.contains("passmint: error: bad.json holds no ticket\n"))
  }

  @Test func `what cannot be shown is said in words`() throws {
    func refused(_ arguments: String..., status: Int32, _ words: String) throws {
      let run = try place.passmint(["preview"] + arguments)
      #expect(run.status == status, "\(arguments)")
      #expect(run.errors.hasPrefix("passmint: error: \(words)\npassmint: hint: "), "\(run.errors)")
      #expect(run.output == "")
    }
    try FileManager.default.createDirectory(atPath: place.path("empty"), withIntermediateDirectories: true)
    try refused("nowhere", status: 3, "nowhere: there is no such file or folder")
    try refused("empty", status: 3, "empty holds no template")
    try refused(
      "concert.pkpasstemplate", "--sample", "gala", status: 2, "concert has no sample ticket gala")
    try refused("concert.pkpasstemplate", "--language", "it", status: 2, "concert has no language it")
    try place.write("orders.csv", OrderRow.csv(1))
    try place.issue("orders.csv")
    try refused("out", status: 3, "out holds passes and no template")
  }
}

extension Workplace {
  /// One of the templates that come with the program, to be changed.
  func copyTemplate(_ name: String, as copy: String? = nil) throws {
    let target = folder.appending(path: "\(copy ?? name).pkpasstemplate")
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Self.templates.appending(path: "\(name).pkpasstemplate"), to: target)
  }

  /// A shell script that stands in for a program.
  func writeProgram(_ name: String, _ script: String) throws {
    try write(name, "#!/bin/sh\n\(script)\n")
    chmod(path(name), 0o755)
  }
}
