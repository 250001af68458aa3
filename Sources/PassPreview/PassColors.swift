import Foundation
package import JSON

/// A colour of the sRGB space, each part from 0 to 255.
package struct PassColor: Sendable, Hashable {
  package let red: Int
  package let green: Int
  package let blue: Int

  /// Reads `rgb(r, g, b)`, `#RGB` and `#RRGGBB`, and of `rgba(…)` all but its alpha.
  package init?(_ text: String) {
    let text = text.filter { !$0.isWhitespace }.lowercased()
    var parts: [Int] = []
    if text.hasPrefix("#") {
      let digits = text.dropFirst().compactMap(\.hexDigitValue)
      guard digits.count == text.count - 1 else { return nil }
      switch digits.count {
      case 3: parts = digits.map { $0 * 17 }
      case 6: parts = stride(from: 0, to: 6, by: 2).map { digits[$0] * 16 + digits[$0 + 1] }
      default: return nil
      }
    } else if text.hasPrefix("rgb"), let open = text.firstIndex(of: "("), text.hasSuffix(")") {
      let numbers = text[text.index(after: open)...].dropLast().split(separator: ",")
      guard numbers.count >= 3 else { return nil }
      parts = numbers.prefix(3).compactMap { Int($0) }
    }
    guard parts.count == 3, parts.allSatisfy({ (0...255).contains($0) }) else { return nil }
    self.init(red: parts[0], green: parts[1], blue: parts[2])
  }

  package init(red: Int, green: Int, blue: Int) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// `#rrggbb`
  package var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  package var css: String { "rgb(\(red) \(green) \(blue))" }

  /// Relative luminance, 0 to 1 (WCAG 2.2).
  package var luminance: Double {
    let parts = [red, green, blue].map { part -> Double in
      let value = Double(part) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  /// The contrast of two colours, 1 to 21 (WCAG 2.2).
  package func contrast(with other: PassColor) -> Double {
    let (one, two) = (luminance, other.luminance)
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)
  }

  func mixed(with other: PassColor, share: Double) -> PassColor {
    func mix(_ left: Int, _ right: Int) -> Int { Int((Double(left) * (1 - share) + Double(right) * share).rounded()) }
    return PassColor(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }
}

/// The colours of a pass, those that Wallet chooses included.
package struct PassColors: Sendable, Hashable {
  package let background: PassColor
  let foreground: PassColor
  let label: PassColor
  /// Of texts over the strip.
  let strip: PassColor
  /// Of the band below a poster's artwork.
  let footer: PassColor

  package init(_ pass: JSONValue) {
    func color(_ name: String) -> PassColor? { pass[name]?.stringValue.flatMap { PassColor($0) } }
    background = color("backgroundColor") ?? PassColor(red: 242, green: 242, blue: 247)
    let isDark = background.luminance < 0.4
    foreground =
      color("foregroundColor")
      ?? (isDark ? PassColor(red: 255, green: 255, blue: 255) : PassColor(red: 0, green: 0, blue: 0))
    label = color("labelColor") ?? foreground.mixed(with: background, share: 0.35)
    strip = color("stripColor") ?? foreground
    footer = color("footerBackgroundColor") ?? background
  }
}
