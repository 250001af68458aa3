import CLibpng
import Glibc
package import Passes

/// An image to make smaller ones of.
///
/// libpng reads and writes the pixels, the averaging is ours: the one library in Debian that would do it in linear light,
/// libvips, comes with some two hundred packages.
package struct LargeImage: Sendable {
  package let width: Int
  package let height: Int
  /// Red, green, blue, alpha of each pixel, sRGB. libpng would give them linear in light too, but with dark tones lost
  /// on the way (10 of 255 becomes 0): its tables for that are coarse.
  private let pixels: [UInt8]

  /// More than this would take more than a quarter of a gigabyte of memory.
  package static let maximumPixels = 1 << 26

  /// - Throws: ``ImageScalingError``; an image of too many pixels is refused before memory is taken for it.
  package init(png: [UInt8]) throws(ImageScalingError) {
    let info: PNGInfo
    do throws(PNGError) {
      info = try PNGInfo(parsing: png)
    } catch {
      throw .notUsable(error)
    }
    guard info.width <= Self.maximumPixels / info.height else {
      throw .tooManyPixels(width: info.width, height: info.height)
    }
    (width, height) = (info.width, info.height)
    pixels = try Self.decode(png, info)
  }

  private static func decode(_ png: [UInt8], _ info: PNGInfo) throws(ImageScalingError) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    var reason: ImageScalingError?
    let pixels = png.withUnsafeBytes { bytes -> [UInt8] in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0,
        image.width == info.width, image.height == info.height
      else {
        reason = .libpng(message(of: image))
        return []
      }
      image.format = rgba
      // Sixteen bits a colour with no word about gamma are sRGB, as eight bits are; libpng would take them for linear.
      image.flags |= 0x04
      return [UInt8](unsafeUninitializedCapacity: info.width * info.height * 4) { buffer, count in
        guard png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil) != 0 else {
          reason = .libpng(message(of: image))
          return
        }
        count = buffer.count
      }
    }
    if let reason { throw reason }
    return pixels
  }

  /// The image at another size, as a PNG of eight bits a colour, sRGB, with an alpha channel only where one is needed.
  package func png(_ size: ScaledSize) throws(ImageScalingError) -> [UInt8] {
    precondition(!size.isTooSmall, "images are never enlarged")
    var scaled = averaged(size)
    let hasAlpha = stride(from: 3, to: scaled.count, by: 4).contains { scaled[$0] < .max }
    if !hasAlpha { scaled = scaled.enumerated().compactMap { $0.offset % 4 == 3 ? nil : $0.element } }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(size.width)
    image.height = UInt32(size.height)
    image.format = Self.linear(hasAlpha: hasAlpha)
    defer { png_image_free(&image) }
    var length: png_alloc_size_t = 0
    guard png_image_write_to_memory(&image, nil, &length, 1, scaled, 0, nil) != 0 else {
      throw .libpng(Self.message(of: image))
    }
    var hasWritten = false
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      hasWritten = png_image_write_to_memory(&image, buffer.baseAddress, &length, 1, scaled, 0, nil) != 0
      count = hasWritten ? Int(length) : 0
    }
    guard hasWritten else { throw .libpng(Self.message(of: image)) }
    return bytes
  }

  /// `PNG_FORMAT_RGBA`, `PNG_FORMAT_LINEAR_RGB` and `PNG_FORMAT_LINEAR_RGB_ALPHA`, macros that Swift does not see.
  private static let rgba: UInt32 = 0x02 | 0x01
  private static func linear(hasAlpha: Bool) -> UInt32 { 0x04 | 0x02 | (hasAlpha ? 0x01 : 0) }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  // MARK: Averaging

  /// Each pixel the average of the area it stands for; pixels on the border of an area count as far as they lie in it.
  ///
  /// What is averaged is light, and the colours multiplied by alpha: that is what an eye sees from afar. Averages of sRGB
  /// values are too dark, and transparent pixels would lend their colour to others.
  ///
  /// - Returns: red, green, blue, alpha, linear, the colours multiplied by alpha.
  private func averaged(_ size: ScaledSize) -> [UInt16] {
    let columns = Self.spans(size.width, from: size.left, length: size.seenWidth, limit: width)
    let rows = Self.spans(size.height, from: size.top, length: size.seenHeight, limit: height)
    var result: [UInt16] = []
    result.reserveCapacity(size.width * size.height * 4)
    let seen = (columns.first?.start ?? 0)..<(columns.last.map { $0.start + $0.weights.count } ?? 0)
    var sums = [Float](repeating: 0, count: seen.count * 4)
    let light = Self.light
    pixels.withUnsafeBufferPointer { pixels in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in rows {
          // The rows of the area into one first, then its columns: each large pixel is touched once or twice.
          sums.update(repeating: 0)
          for (offset, weight) in row.weights.enumerated() {
            let start = ((row.start + offset) * width + seen.lowerBound) * 4
            for index in stride(from: 0, to: sums.count, by: 4) {
              let share = weight * Float(pixels[start + index + 3]) / 255
              for channel in 0..<3 { sums[index + channel] += share * light[Int(pixels[start + index + channel])] }
              sums[index + 3] += share * 65_535
            }
          }
          for column in columns {
            var pixel = SIMD4<Float>.zero
            for (offset, weight) in column.weights.enumerated() {
              let start = (column.start - seen.lowerBound + offset) * 4
              pixel += weight * SIMD4(sums[start], sums[start + 1], sums[start + 2], sums[start + 3])
            }
            // No colour may be more than its alpha, which rounding each the same way keeps.
            for channel in 0..<4 { result.append(UInt16(min(65_535, pixel[channel].rounded()))) }
          }
        }
      }
    }
    return result
  }

  /// The light of each sRGB value, from 0 to 65,535 (IEC 61966-2-1).
  private static let light: [Float] = (0...255).map { value in
    let part = Double(value) / 255
    return Float(65_535 * (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)))
  }

  /// Pixels of the large image in a row or a column that one small pixel stands for.
  private struct Span {
    let start: Int
    /// They come to 1.
    let weights: [Float]
  }

  private static func spans(_ count: Int, from origin: Double, length: Double, limit: Int) -> [Span] {
    (0..<count).map { index in
      let from = max(0, origin + length * Double(index) / Double(count))
      let to = min(Double(limit), origin + length * Double(index + 1) / Double(count))
      let start = min(limit - 1, Int(from))
      let end = max(start + 1, Int(to.rounded(.up)))
      let covered = (start..<end).map { max(0, min(to, Double($0 + 1)) - max(from, Double($0))) }
      let whole = covered.reduce(0, +)
      return Span(start: start, weights: covered.map { Float($0 / whole) })
    }
  }
}

/// Why no smaller images can be made of an image.
package enum ImageScalingError: Error, Sendable, Hashable {
  case notUsable(PNGError)
  case tooManyPixels(width: Int, height: Int)
  /// In libpng's own words.
  case libpng(String)
}
