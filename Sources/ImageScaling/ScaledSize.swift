package import Passes

/// What becomes of a large image at one scale: which part of it is seen, and on how many pixels.
package struct ScaledSize: Sendable {
  /// Of the result, in pixels.
  package let width: Int
  package let height: Int
  /// The part of the large image that is seen, in its pixels; the middle where some is cropped.
  let left: Double
  let top: Double
  let seenWidth: Double
  let seenHeight: Double
  /// The size from which an image of this shape has enough pixels.
  package let needed: (width: Int, height: Int)
  /// Whether it has not: it would have to be enlarged, which only blurs.
  package let isTooSmall: Bool

  /// - Parameters:
  ///   - width: of the large image.
  ///   - height: of the large image.
  ///   - scale: 1, 2 or 3.
  package init(of width: Int, _ height: Int, in room: ImageSlot.Room, scale: Int) {
    let wanted = (width: room.width * scale, height: room.height * scale)
    let isWide = width * wanted.height > height * wanted.width
    // Filled, the short side decides and the long one is cropped; fitted, the long side decides.
    let byWidth = isWide != room.isFilled
    let (part, whole) = byWidth ? (wanted.width, width) : (wanted.height, height)
    let factor = Double(part) / Double(whole)
    isTooSmall = part > whole
    needed = (Self.ceiling(width, part, whole), Self.ceiling(height, part, whole))
    if room.isFilled {
      (self.width, self.height) = wanted
      seenWidth = min(Double(width), Double(wanted.width) / factor)
      seenHeight = min(Double(height), Double(wanted.height) / factor)
    } else {
      self.width = byWidth ? wanted.width : max(1, Int((Double(width) * factor).rounded()))
      self.height = byWidth ? max(1, Int((Double(height) * factor).rounded())) : wanted.height
      (seenWidth, seenHeight) = (Double(width), Double(height))
    }
    left = (Double(width) - seenWidth) / 2
    top = (Double(height) - seenHeight) / 2
  }

  private static func ceiling(_ side: Int, _ part: Int, _ whole: Int) -> Int { (side * part + whole - 1) / whole }
}
