import ArgumentParser
import Foundation
import ImageScaling
import JSON
import Passes

extension Template {
  struct Scale: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make an image in the three scales of phones from a large one.",
      discussion: """
        Writes NAME.png, NAME@2x.png and NAME@3x.png. What Wallet fills (icon, strip, thumbnail, background, artwork) is \
        cropped around the middle, logos and footers are fitted. Nothing is ever enlarged: a scale that the picture is too \
        small for is not made. How high a strip is depends on the template's style, so name the template with --out.

        passmint template scale hall.png --as strip --out mine.pkpasstemplate
        passmint template scale strip-used.png --out mine.pkpasstemplate/images
        """)

    @Argument(help: ArgumentHelp("A large picture, PNG.", valueName: "IMAGE.png"))
    var image: String

    @Option(
      name: .customLong("as"),
      help: ArgumentHelp("What it is: strip, logo, icon, … Without it the file's name tells.", valueName: "strip"))
    var slot: String?

    @Option(help: ArgumentHelp("Where the images go, usually the template.", valueName: "DIR"))
    var out = "."

    @Option(
      help: ArgumentHelp(
        "What the files are called: as what they are, or in a folder images as the picture is.", valueName: "NAME"))
    var name: String?

    @Flag(help: "Replace images that are there.")
    var force = false

    func run() throws {
      let source = URL(filePath: image).lastPathComponent
      let slot = try chosenSlot(source)
      let out = Template.folder(out)
      let style = Self.style(around: out)
      guard let room = slot.room(in: style) else {
        throw Failure(
          "Apple has published no size for \(slot.rawValue)", hint: "scale it by hand to what looks good on a phone",
          status: .usage)
      }
      let base = try baseName(source, slot)
      let png = try Self.contents(of: image)
      let info = try Self.judged(image) { () throws(ImageScalingError) in
        do throws(PNGError) {
          return try PNGInfo(parsing: png)
        } catch {
          throw .notUsable(error)
        }
      }
      let sizes = (1...3).map { (scale: $0, size: ScaledSize(of: info.width, info.height, in: room, scale: $0)) }
      guard let smallest = sizes.first?.size, !smallest.isTooSmall else {
        let needed = sizes.map { "\($0.size.needed.width) x \($0.size.needed.height) for @\($0.scale)x" }
        throw Failure(
          "\(image) is too small for \(slot.rawValue): \(info.width) x \(info.height) pixels",
          hint: "it needs \(needed.joined(separator: ", "))")
      }
      let files = sizes.map {
        (path: Self.path(out, base, scale: $0.scale), size: $0.size, scale: $0.scale)
      }
      let present = files.filter { FileManager.default.fileExists(atPath: $0.path) }
      guard present.isEmpty || force else {
        throw Failure(
          "\(present.map(\.path).joined(separator: ", ")): there already",
          hint: "replace with --force, or name another --out")
      }
      let large = try Self.judged(image) { () throws(ImageScalingError) in try LargeImage(png: png) }
      let made = try files.filter { !$0.size.isTooSmall }.map { file in
        (file, try Self.judged(image) { () throws(ImageScalingError) in try large.png(file.size) })
      }
      try Self.write(made.map { ($0.0.path, $0.1) }, into: out)
      for (file, bytes) in made {
        Terminal.write("\(file.path)  \(file.size.width) x \(file.size.height), \((bytes.count + 1023) >> 10) KB")
      }
      let missing = files.filter(\.size.isTooSmall)
      for file in missing {
        Terminal.warning(
          "\(file.path) was not made: it takes a picture of \(file.size.needed.width) x \(file.size.needed.height), "
            + "and \(image) has \(info.width) x \(info.height)")
        if present.contains(where: { $0.path == file.path }) {
          Terminal.warning("\(file.path) is still there and shows something else; remove it")
        }
      }
      if slot == .strip, style == nil {
        Terminal.hint(
          "made for coupons and store cards; strips of event tickets are lower: name the template with --out")
      }
      throw missing.isEmpty ? ExitStatus.good : .someRefused
    }

    // MARK: What and where

    private func chosenSlot(_ source: String) throws -> ImageSlot {
      let known = ImageSlot.allCases.filter { $0.room(in: nil) != nil }.map(\.rawValue).joined(separator: ", ")
      if let word = slot {
        guard let slot = ImageSlot(rawValue: word) else {
          throw Failure("Wallet looks for no image \(word)", hint: "--as takes \(known)", status: .usage)
        }
        return slot
      }
      guard let slot = ImageSlot(guessedFrom: source) else {
        throw Failure("\(source) does not say what it is", hint: "say it with --as: \(known)", status: .usage)
      }
      return slot
    }

    private func baseName(_ source: String, _ slot: ImageSlot) throws -> String {
      var base = name ?? slot.rawValue
      if name == nil, URL(filePath: out).standardizedFileURL.lastPathComponent == "images" {
        base = String(source.reversed().drop { $0 != "." }.dropFirst().reversed())
        for scale in ["@2x", "@3x"] where base.hasSuffix(scale) { base = String(base.dropLast(scale.count)) }
      }
      guard Picture.isName(base) else {
        throw Failure(
          "\(base) is no name for an image", hint: "choose one of letters, digits, - and _ with --name", status: .usage)
      }
      return base
    }

    /// The style of the template that a folder is, or lies in.
    private static func style(around folder: String) -> WalletStyle? {
      let folder = URL(filePath: folder).standardizedFileURL
      for place in [folder, folder.deletingLastPathComponent()] {
        guard let data = try? Data(contentsOf: place.appending(path: "pass.json")),
          let pass = try? JSONValue(parsing: [UInt8](data))
        else { continue }
        return WalletStyle.style(of: pass)
      }
      return nil
    }

    private static func path(_ folder: String, _ base: String, scale: Int) -> String {
      let folder = folder.hasSuffix("/") ? folder : folder + "/"
      return (folder == "./" ? "" : folder) + base + (scale == 1 ? "" : "@\(scale)x") + ".png"
    }

    // MARK: Reading and writing

    /// A PNG of so many pixels as are read here has at most some hundred megabytes.
    private static let largestFile = 512 << 20

    private static func contents(of path: String) throws -> [UInt8] {
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: path).resolvingSymlinksInPath().path)
      guard let attributes else { throw Failure("\(path): there is no such file", hint: "name a large PNG") }
      guard attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int,
        size <= largestFile, let data = FileManager.default.contents(atPath: path)
      else { throw Failure("\(path) cannot be read", hint: "name a PNG file of up to \(largestFile >> 20) MB") }
      return [UInt8](data)
    }

    private static func judged<Result>(
      _ path: String, _ body: () throws(ImageScalingError) -> Result
    ) throws -> Result {
      do throws(ImageScalingError) {
        return try body()
      } catch {
        switch error {
        case .notUsable(.notPNG(let kind)):
          throw Failure(
            "\(path) is \(kind == .empty ? "empty" : "no PNG but \(kind.rawValue)")",
            hint: "export it as PNG; changing the name is not enough")
        case .notUsable(.truncated):
          throw Failure("\(path) breaks off before its end", hint: "export it again")
        case .notUsable(.corrupt(let reason)), .libpng(let reason):
          throw Failure("\(path) is damaged: \(reason)", hint: "export it again")
        case .tooManyPixels(let width, let height):
          throw Failure(
            "\(path) has \(width) x \(height) pixels, more than is read here",
            hint:
              "\(Terminal.grouped(LargeImage.maximumPixels)) pixels are the limit, and 1125 x 1509 are enough for any image"
          )
        }
      }
    }

    /// All files under hidden names first, then renamed: whoever watches the folder never sees half a picture.
    private static func write(_ files: [(path: String, bytes: [UInt8])], into folder: String) throws {
      let manager = FileManager.default
      var partial: [(from: String, to: String)] = []
      defer { for file in partial { unlink(file.from) } }
      if !manager.fileExists(atPath: folder) {
        guard !folder.trimmingSuffix("/").hasSuffix(".pkpasstemplate") else {
          throw Failure("there is no template \(folder)", hint: "passmint template new begins one")
        }
        try failing(folder) { try manager.createDirectory(atPath: folder, withIntermediateDirectories: true) }
      }
      for file in files {
        let url = URL(filePath: file.path)
        let hidden = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).\(getpid())").path
        partial.append((hidden, file.path))
        try failing(file.path) { try Data(file.bytes).write(to: URL(filePath: hidden)) }
      }
      for file in partial {
        guard rename(file.from, file.to) == 0 else {
          throw Failure(
            "writing \(file.to) failed: \(String(cString: strerror(errno)))", hint: "is the folder writable?")
        }
      }
    }

    private static func failing(_ path: String, _ body: () throws -> Void) throws {
      do {
        try body()
      } catch {
        throw Failure("writing \(path) failed: \(error.localizedDescription)", hint: "is the folder writable?")
      }
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ end: Character) -> Substring {
    var rest = self[...]
    while rest.last == end { rest.removeLast() }
    return rest
  }
}
