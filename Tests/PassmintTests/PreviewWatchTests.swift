import Foundation
import Glibc
import Testing

@Suite("A preview while its files change")
struct PreviewWatchTests {
  let place: Workplace
  let pass = "concert.pkpasstemplate/pass.json"

  init() throws {
    place = try Workplace()
    try place.copyTemplate("concert")
  }

  /// Changes a text in a file, as an editor that writes in place.
  private func change(_ file: String, _ old: String, to new: String) throws {
    let text = try place.text(file)
    try #require(text.contains(old), "\(file) has no \(old)")
    try FileHandle(forWritingTo: place.folder.appending(path: file)).rewrite(text.replacing(old, with: new))
  }

  @Test func `a saved file is drawn and every open page told, however it was saved`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let pages = try [preview.events(), preview.events(), preview.events()]
    #expect(try preview.get("/p/concert/face").text.contains("data-key=\"event\""))
    var times: [Duration] = []
    func expect(_ label: String, save: (String) throws -> Void) throws {
      let changed = try place.text(pass).replacing("\"key\": \"doors\"", with: "\"key\": \"\(label)\"")
      let start = ContinuousClock.now
      try save(changed)
      for page in pages { #expect(try page.event() == "concert", "\(label)") }
      times.append(ContinuousClock.now - start)
      #expect(try preview.get("/p/concert/face").text.contains("data-key=\"\(label)\""), "\(label)")
      try place.write(pass, changed.replacing("\"key\": \"\(label)\"", with: "\"key\": \"doors\""))
      for page in pages { #expect(try page.event() == "concert", "\(label) undone") }
    }
    try expect("inplace") { try FileHandle(forWritingTo: place.folder.appending(path: pass)).rewrite($0) }
    try expect("renamed") { text in
      try place.write("concert.pkpasstemplate/.pass.json.new", text)
      rename(place.path("concert.pkpasstemplate/.pass.json.new"), place.path(pass))
    }
    try expect("backedup") { text in
      // As vim does it with a backup.
      try place.write("concert.pkpasstemplate/4913", "")
      unlink(place.path("concert.pkpasstemplate/4913"))
      rename(place.path(pass), place.path("\(pass)~"))
      try place.write(pass, text)
      unlink(place.path("\(pass)~"))
    }
    try expect("removed") { text in
      unlink(place.path(pass))
      try place.write(pass, text)
    }
    print("saved and told within \(times.map { "\($0)" }.joined(separator: ", "))")
  }

  @Test func `new files, new folders and removed ones count too`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let page = try preview.events()
    let strings = try place.text("concert.pkpasstemplate/fr.lproj/pass.strings")
    try place.write("concert.pkpasstemplate/it.lproj/pass.strings", strings)
    #expect(try page.event() == "concert")
    #expect(try preview.get("/p/concert/face").text.contains("<option value=\"it\""))
    // What was a new folder a moment ago is watched as well.
    try place.write("concert.pkpasstemplate/it.lproj/pass.strings", strings.replacing("\"", with: "“"))
    #expect(try page.event() == "concert")
    #expect(try preview.get("/p/concert/face").text.contains("it.lproj/pass.strings"))
    try FileManager.default.removeItem(atPath: place.path("concert.pkpasstemplate/it.lproj"))
    #expect(try page.event() == "concert")
    #expect(try !preview.get("/p/concert/face").text.contains("<option value=\"it\""))
  }

  @Test func `broken half-way through typing, the last good drawing stays and the mistake shows with its line`() throws
  {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let page = try preview.events()
    let good = try preview.get("/p/concert/face").text
    #expect(!good.contains("id=\"broken\""))
    let text = try place.text(pass)
    for (broken, words) in [
      (text.replacing("\"formatVersion\": 1,", with: "\"formatVersion\": 1,,"), "pass.json:2:22"),
      (text.replacing("{{ seat.row }}", with: "{{ seat.rwo }}"), "did you mean seat.row?"),
      (String(text.prefix(text.count / 2)), "pass.json:"),
    ] {
      try place.write(pass, broken)
      #expect(try page.event() == "concert")
      let face = try preview.get("/p/concert/face").text
      #expect(face.contains("id=\"broken\"") && face.contains(words), "\(words)")
      #expect(face.contains("class=\"barcode\""))
      #expect(preview.errors.contains("passmint: concert: "))
    }
    try place.write(pass, text)
    #expect(try page.event() == "concert")
    #expect(try preview.get("/p/concert/face").text == good)
    #expect(preview.errors.contains("passmint: concert: 1 error: pass.json:2:22: "))
  }

  @Test func `what is broken from the start is served with its mistakes, and drawn once it is mended`() throws {
    let text = try place.text(pass)
    try place.write(pass, "{")
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let page = try preview.events()
    let broken = try preview.get("/")
    #expect(broken.status == 200)
    #expect(broken.text.contains("id=\"broken\"") && broken.text.contains("pass-json-syntax"))
    try place.write(pass, text)
    #expect(try page.event() == "concert")
    let mended = try preview.get("/")
    #expect(mended.text.contains("class=\"barcode\"") && !mended.text.contains("id=\"broken\""))
  }

  /// An editor that empties the file and writes it a moment later must not flash a mistake at the designer.
  @Test func `a file that is empty or gone for a moment is no mistake`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let page = try preview.events()
    let text = try place.text(pass)
    for number in 0..<20 {
      let next = text.replacing("\"key\": \"doors\"", with: "\"key\": \"doors\(number)\"")
      if number.isMultiple(of: 2) { try place.write(pass, "") } else { unlink(place.path(pass)) }
      try place.write(pass, next)
      #expect(try page.event() == "concert")
      let face = try preview.get("/p/concert/face").text
      #expect(!face.contains("id=\"broken\""))
      #expect(face.contains("data-key=\"doors\(number)\""))
    }
    #expect(!preview.errors.contains("error"))
  }

  @Test func `a folder that is taken away and put back is followed on`() throws {
    let preview = try Previewing(place, ["concert.pkpasstemplate"])
    let page = try preview.events()
    rename(place.path("concert.pkpasstemplate"), place.path("elsewhere"))
    #expect(try page.event() == "concert")
    let gone = try preview.get("/p/concert/face").text
    #expect(gone.contains("id=\"broken\"") && gone.contains("there is no such file or folder"))
    #expect(gone.contains("class=\"barcode\""))
    rename(place.path("elsewhere"), place.path("concert.pkpasstemplate"))
    #expect(try page.event() == "concert")
    try change(pass, "\"key\": \"doors\"", to: "\"key\": \"gates\"")
    #expect(try page.event() == "concert")
    let face = try preview.get("/p/concert/face").text
    #expect(face.contains("data-key=\"gates\"") && !face.contains("id=\"broken\""))
  }

  // MARK: Folders of templates

  @Test func `a folder of templates is a gallery, in which only what changed is read again`() throws {
    try place.copyTemplate("museum", as: "shelf/museum")
    try place.copyTemplate("match", as: "shelf/deeper/match")
    try place.copyTemplate("concert", as: "shelf/concert")
    try place.copyTemplate("concert", as: "shelf/deeper/concert")
    let preview = try Previewing(place, ["shelf/"])
    let gallery = try preview.get("/").text
    for name in ["museum", "match", "concert", "deeper/concert"] {
      #expect(gallery.contains("data-name=\"\(name)\""), "\(name)")
      let escaped = name.replacing("/", with: "%2F")
      #expect(try preview.get("/p/\(escaped)").text.contains("data-subject=\"\(name)\""))
    }
    let page = try preview.events()
    // None of these is a change; had they been taken for one, it would be told before or with the next.
    for name in [".pass.json.swp", "pass.json~", "4913", ".hidden/file", "x.swp"] {
      try place.write("shelf/museum.pkpasstemplate/\(name)", name)
    }
    try place.write("shelf/notes.txt", "no template")
    try change("shelf/deeper/match.pkpasstemplate/pass.json", "\"formatVersion\": 1,", to: "\"formatVersion\": 1, ")
    #expect(try page.event() == "match")
    try change("shelf/deeper/concert.pkpasstemplate/pass.json", "\"formatVersion\": 1,", to: "\"formatVersion\": 1,,")
    #expect(try page.event() == "deeper%2Fconcert")
    #expect(try preview.get("/p/deeper%2Fconcert/face").text.contains("id=\"broken\""))
    #expect(try !preview.get("/p/concert/face").text.contains("id=\"broken\""))

    try place.copyTemplate("museum", as: "shelf/opéra *")
    #expect(try page.event() == "*")
    #expect(try preview.get("/").text.contains("data-name=\"opéra *\""))
    try place.write("shelf/opéra *.pkpasstemplate/pass.json", "{")
    #expect(try page.event() == "op%C3%A9ra%20%2A")
    try FileManager.default.removeItem(atPath: place.path("shelf/opéra *.pkpasstemplate"))
    #expect(try page.event() == "*")
    #expect(try !preview.get("/").text.contains("opéra"))
    #expect(try preview.get("/p/op%C3%A9ra%20%2A").status == 404)
  }

  @Test func `a gallery shows what cannot be drawn beside what can`() throws {
    try place.copyTemplate("museum", as: "shelf/museum")
    try place.write("shelf/draft.pkpasstemplate/pass.json", "{")
    try place.write("shelf/bare.pkpasstemplate/readme.txt", "")
    let preview = try Previewing(place, ["shelf"])
    let gallery = try preview.get("/").text
    for name in ["museum", "draft", "bare"] { #expect(gallery.contains("data-name=\"\(name)\""), "\(name)") }
    #expect(gallery.contains("pass-json-syntax") && gallery.contains("pass-json-missing"))
    #expect(try preview.get("/p/draft").text.contains("id=\"broken\""))
  }

  // MARK: Passes

  @Test func `a finished pass is shown, and again when it is made anew`() throws {
    try place.write("orders.csv", OrderRow.csv(3))
    try place.issue("orders.csv", with: ["--bundle", "order"])
    let file = try #require(place.passes().first)
    try FileManager.default.copyItem(atPath: place.path("out/\(file)"), toPath: place.path("one.pkpass"))
    let preview = try Previewing(place, ["one.pkpass"])
    #expect(try preview.get("/").text.contains("data-subject=\"one\""))
    let page = try preview.events()
    let other = try #require(place.passes().last)
    try FileManager.default.copyItem(atPath: place.path("out/\(other)"), toPath: place.path("new"))
    rename(place.path("new"), place.path("one.pkpass"))
    #expect(try page.event() == "one")
    try place.write("one.pkpass", "no pass at all")
    #expect(try page.event() == "one")
    let face = try preview.get("/p/one/face").text
    #expect(face.contains("id=\"broken\"") && face.contains("class=\"barcode\""))

    let bundle = try #require(place.files().first { $0.hasSuffix(".pkpasses") })
    let several = try Previewing(place, ["out/\(bundle)"])
    let gallery = try several.get("/").text
    #expect(gallery.matches(of: /data-name=/).count == 3)
  }
}

extension FileHandle {
  /// As editors do that keep the file and change what is in it.
  fileprivate func rewrite(_ text: String) throws {
    try truncate(atOffset: 0)
    try write(contentsOf: Data(text.utf8))
    try close()
  }
}
