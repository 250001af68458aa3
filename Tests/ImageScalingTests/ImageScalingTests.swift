import Foundation
import ImageScaling
import JSON
import Passes
import Testing

@Suite("Images made smaller") struct ImageScalingTests {
  /// 90 x 90 points: from 180 pixels each small pixel stands for four large ones at scale 1.
  static let square = ImageSlot.thumbnail

  private func scaled(
    _ png: [UInt8], as slot: ImageSlot = Self.square, style: WalletStyle? = nil, scale: Int = 1
  ) throws -> Judge.Seen {
    let large = try LargeImage(png: png)
    let size = ScaledSize(
      of: large.width, large.height, in: try #require(slot.room(in: style)), scale: scale)
    let seen = try Judge.read(large.png(size))
    #expect(seen.width == size.width && seen.height == size.height)
    return seen
  }

  private func pixels(_ width: Int, _ height: Int, _ color: (Int, Int) -> [UInt8]) -> [UInt8] {
    (0..<height).flatMap { y in (0..<width).flatMap { x in color(x, y) } }
  }

  // MARK: Light

  @Test func `black and white squares come to the grey that an eye sees from afar`() throws {
    let board = pixels(180, 180) { x, y in [(x + y).isMultiple(of: 2) ? 255 : 0] }
    let seen = try scaled(Judge.make("L", 180, 180, board))
    // Half the light is 188 in sRGB, not 128.
    #expect(Set(seen.rgba.enumerated().filter { $0.offset % 4 != 3 }.map(\.element)) == [188])
    #expect(seen.mode == "RGB")
  }

  @Test func `every pixel is the average of its area, however sizes divide`() throws {
    var noise = SystemRandomNumberGenerator()
    let (width, height) = (131, 113)
    let source = (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &noise) }
    let seen = try scaled(Judge.make("RGB", width, height, source))
    func linear(_ value: UInt8) -> Double {
      let part = Double(value) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    func sRGB(_ light: Double) -> Double {
      255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055)
    }
    // The middle of 131 x 113 in the shape of a square: 113 wide, from 9.
    let step = 113.0 / 90
    for (x, y) in [(0, 0), (1, 0), (44, 45), (89, 89), (17, 80), (88, 3)] {
      for channel in 0..<3 {
        var sum = 0.0
        for row in 0..<height {
          for column in 0..<width {
            let across = min(Double(column + 1), 9 + Double(x + 1) * step) - max(Double(column), 9 + Double(x) * step)
            let down = min(Double(row + 1), Double(y + 1) * step) - max(Double(row), Double(y) * step)
            if across > 0, down > 0 { sum += across * down * linear(source[(row * width + column) * 3 + channel]) }
          }
        }
        let wanted = sRGB(sum / (step * step))
        #expect(abs(Double(seen.pixel(x, y)[channel]) - wanted) <= 1, "\(x), \(y), channel \(channel)")
      }
    }
  }

  @Test func `a gradient stays one`() throws {
    let source = pixels(256, 256) { x, _ in [UInt8(x), 0, UInt8(255 - x)] }
    let seen = try scaled(Judge.make("RGB", 256, 256, source))
    for x in 1..<90 {
      #expect(seen.pixel(x, 40)[0] > seen.pixel(x - 1, 40)[0])
      #expect(seen.pixel(x, 40)[2] < seen.pixel(x - 1, 40)[2])
      #expect(seen.pixel(x, 0) == seen.pixel(x, 89))
    }
  }

  @Test func `an image of the very size keeps every pixel`() throws {
    var noise = SystemRandomNumberGenerator()
    let source = (0..<90 * 90 * 3).map { _ in UInt8.random(in: 0...255, using: &noise) }
    let seen = try scaled(Judge.make("RGB", 90, 90, source))
    let colors = seen.rgba.enumerated().filter { $0.offset % 4 != 3 }.map(\.element)
    #expect(zip(colors, source).allSatisfy { $0 == $1 } && colors.count == source.count)
  }

  // MARK: Transparency

  @Test func `what is transparent lends no colour: no dark fringe`() throws {
    // Red to the left of an odd border, black that nobody sees to the right.
    let source = pixels(180, 180) { x, _ in x < 91 ? [255, 0, 0, 255] : [0, 0, 0, 0] }
    let seen = try scaled(Judge.make("RGBA", 180, 180, source))
    #expect(seen.mode == "RGBA")
    #expect(seen.pixel(44, 9) == [255, 0, 0, 255])
    #expect(seen.pixel(45, 9)[0] == 255)
    #expect((127...128).contains(seen.pixel(45, 9)[3]))
    #expect(seen.pixel(46, 9)[3] == 0)
  }

  @Test func `an alpha channel is written only where something is transparent`() throws {
    let solid = pixels(90, 90) { _, _ in [1, 2, 3, 255] }
    #expect(try scaled(Judge.make("RGBA", 90, 90, solid)).mode == "RGB")
    let hole = pixels(90, 90) { x, y in [1, 2, 3, x == 0 && y == 0 ? 254 : 255] }
    #expect(try scaled(Judge.make("RGBA", 90, 90, hole)).mode == "RGBA")
  }

  // MARK: Kinds of PNG

  @Test func `every kind of PNG is read`() throws {
    let grey = try scaled(Judge.make("L", 90, 90, pixels(90, 90) { _, _ in [77] }))
    #expect(grey.pixel(3, 3) == [77, 77, 77, 255])
    let both = try scaled(Judge.make("LA", 90, 90, pixels(90, 90) { _, _ in [77, 128] }))
    #expect(both.pixel(3, 3)[3] == 128)
    #expect((76...78).contains(both.pixel(3, 3)[0]))
    // Sixteen bits without a word about gamma are sRGB too.
    let deep = try scaled(Judge.make("I;16", 90, 90, pixels(90, 90) { _, _ in [0x80, 0x80] }))
    #expect(deep.pixel(3, 3) == [128, 128, 128, 255])
    let few = try scaled(
      Judge.make("RGB", 90, 90, pixels(90, 90) { x, _ in x < 45 ? [200, 10, 10] : [10, 10, 200] }, "palette=2"))
    #expect(few.pixel(3, 3) == [200, 10, 10, 255])
    let bits = try scaled(Judge.make("1", 96, 96, [UInt8](repeating: 0xF0, count: 96 * 12)))
    #expect(bits.mode == "RGB")
  }

  @Test func `what is no PNG, broken, or too large to hold is refused`() throws {
    let jpeg = try Judge.make("L", 90, 90, [UInt8](repeating: 9, count: 8100), "format=JPEG")
    #expect(throws: ImageScalingError.notUsable(.notPNG(.jpeg))) { try LargeImage(png: jpeg) }
    #expect(throws: ImageScalingError.notUsable(.notPNG(.empty))) { try LargeImage(png: []) }
    let good = try Judge.make("L", 90, 90, [UInt8](repeating: 9, count: 8100))
    #expect(throws: ImageScalingError.notUsable(.truncated)) { try LargeImage(png: good.dropLast(20)) }
    for (width, height) in [(8193, 8192), (1, 0x7FFF_FFFF), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
      #expect(throws: ImageScalingError.tooManyPixels(width: width, height: height)) {
        try LargeImage(png: Judge.forge(width, height))
      }
    }
    // All check sums are right, only the pixels are missing.
    let hollow = try #require(throws: ImageScalingError.self) { try LargeImage(png: Judge.forge(300, 300)) }
    guard case .libpng(let reason) = hollow else {
      Issue.record("\(hollow)")
      return
    }
    #expect(!reason.isEmpty)
  }
}

@Suite("Sizes of images") struct ScaledSizeTests {
  @Test(arguments: [
    // Filled: the room's size, whatever the shape.
    (ImageSlot.strip, WalletStyle.eventTicket, 2250, 588, [375, 98], [750, 196], [1125, 294]),
    (.strip, .coupon, 4000, 3000, [375, 144], [750, 288], [1125, 432]),
    (.icon, .generic, 512, 512, [38, 38], [76, 76], [114, 114]),
    (.thumbnail, .generic, 600, 400, [90, 90], [180, 180], [270, 270]),
    (.background, .eventTicket, 1029, 1509, [343, 503], [686, 1006], [1029, 1509]),
    (.artwork, .eventTicket, 3000, 1344, [358, 448], [716, 896], [1074, 1344]),
    // Fitted: as large as there is room for.
    (.logo, .generic, 600, 600, [50, 50], [100, 100], [150, 150]),
    (.logo, .generic, 2000, 100, [160, 8], [320, 16], [480, 24]),
    (.primaryLogo, .boardingPass, 1000, 100, [126, 13], [252, 25], [378, 38]),
    (.secondaryLogo, .eventTicket, 100, 900, [1, 12], [3, 24], [4, 36]),
    (.footer, .boardingPass, 1000, 60, [250, 15], [500, 30], [750, 45]),
  ])
  func `are those of the slot`(
    slot: ImageSlot, style: WalletStyle, width: Int, height: Int, one: [Int], two: [Int], three: [Int]
  ) throws {
    let room = try #require(slot.room(in: style))
    for (scale, wanted) in [(1, one), (2, two), (3, three)] {
      let size = ScaledSize(of: width, height, in: room, scale: scale)
      #expect([size.width, size.height] == wanted)
      #expect(!size.isTooSmall)
    }
  }

  @Test(arguments: [
    (ImageSlot.strip, WalletStyle.eventTicket, 1125, 294, 3), (.strip, .eventTicket, 1124, 294, 2),
    (.strip, .eventTicket, 1125, 293, 2), (.strip, .eventTicket, 4000, 97, 0), (.logo, .generic, 480, 60, 3),
    (.logo, .generic, 479, 60, 2), (.logo, .generic, 30, 150, 3), (.logo, .generic, 30, 149, 2),
    (.icon, .generic, 37, 1000, 0), (.icon, .generic, 38, 38, 1),
  ])
  func `never more than the image has, and it says how large it should be`(
    slot: ImageSlot, style: WalletStyle, width: Int, height: Int, largest: Int
  ) throws {
    let room = try #require(slot.room(in: style))
    for scale in 1...3 {
      let size = ScaledSize(of: width, height, in: room, scale: scale)
      #expect(size.isTooSmall == (scale > largest), "@\(scale)x")
      #expect((size.needed.width <= width && size.needed.height <= height) == !size.isTooSmall)
      // What is asked for is enough, and one pixel less is not.
      #expect(!ScaledSize(of: size.needed.width, size.needed.height, in: room, scale: scale).isTooSmall)
      #expect(ScaledSize(of: size.needed.width - 1, size.needed.height - 1, in: room, scale: scale).isTooSmall)
    }
  }

  @Test(arguments: [
    ("strip.png", ImageSlot.strip), ("Strip_2027@3x.png", .strip), ("strip-used.png", .strip), ("my logo.png", .logo),
    ("primaryLogo.png", .primaryLogo), ("primary-logo.png", .primaryLogo), ("Secondary Logo 2.png", .secondaryLogo),
    ("hall.png", nil), ("", nil), ("stripes.png", nil), ("logo on strip.png", nil), ("icons.icon.png", nil),
  ])
  func `a file's name tells what it is`(name: String, slot: ImageSlot?) {
    #expect(ImageSlot(guessedFrom: name) == slot)
  }

  @Test(arguments: ImageSlot.allCases)
  func `are such that Wallet's rules have nothing to say`(slot: ImageSlot) throws {
    for style in slot == .strip ? [WalletStyle.eventTicket, .coupon] : [.eventTicket] {
      guard let room = slot.room(in: style) else { continue }
      var files = PassFiles()
      for scale in 1...3 {
        let size = ScaledSize(of: 3000, 2000, in: room, scale: scale)
        let path = slot.rawValue + (scale == 1 ? "" : "@\(scale)x") + ".png"
        files[path] = try Judge.forge(size.width, size.height)
      }
      let found = WalletRules.fileFindings(in: files, pass: [style.rawValue: [:]])
      #expect(Set(found.map(\.code)).subtracting(["image-unused", "icon-missing"]) == [], "\(style): \(found)")
    }
  }
}
