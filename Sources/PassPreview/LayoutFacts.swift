import Passes

/// What a designer should know about how a face came out, beyond what breaks a rule.
struct LayoutFact: Hashable {
  enum Kind: String {
    /// Wallet has no room for the field.
    case dropped
    /// Part of a picture lies outside its frame.
    case cropped
    /// Another language has the text, this one does not.
    case translation
    /// A picture is drawn larger than it is.
    case image
    /// Another system shows another face.
    case fallback
  }

  let kind: Kind
  let text: String
}

extension PassFace {
  /// - Parameters:
  ///   - cardWidth: of the drawn card, in points.
  ///   - scale: of the screen.
  func layoutFacts(cardWidth: Double, scale: Int) -> [LayoutFact] {
    var facts: [LayoutFact] = []
    for field in dropped {
      let name = field.label.isEmpty ? field.key : field.label
      facts.append(
        LayoutFact(kind: .dropped, text: "\(name) (\(field.key)) is left out: no room among the \(group(field))"))
    }
    for (name, frame) in frames(cardWidth: cardWidth) {
      guard let image = images[name] else { continue }
      facts += croppingFacts(image, frame: frame, scale: scale)
    }
    for field in rows.flatMap(\.fields) + back {
      for text in field.untranslated {
        facts.append(
          LayoutFact(kind: .translation, text: "“\(text)” (\(field.key)) has no translation in \(language)"))
      }
    }
    if let poster, !poster.missing.isEmpty {
      facts.append(
        LayoutFact(
          kind: .fallback,
          text: "without the semantic tags \(poster.missing.joined(separator: ", ")) Wallet shows the classic ticket"))
    }
    return facts
  }

  private func group(_ field: Field) -> String {
    field.group.hasSuffix("Fields") ? "\(field.group.dropLast("Fields".count)) fields" : field.group
  }

  /// The frames that a picture fills, in points.
  private func frames(cardWidth: Double) -> [(String, (width: Double, height: Double))] {
    let cardHeight = cardWidth * CardMetrics.height / CardMetrics.width
    return switch look {
    case .posterEventTicket, .posterGeneric: [("artwork", (cardWidth, cardWidth * 448 / 358))]
    default:
      [("strip", (cardWidth, cardWidth * CardMetrics.stripHeight(of: look))), ("background", (cardWidth, cardHeight))]
    }
  }

  private func croppingFacts(
    _ image: PassImage, frame: (width: Double, height: Double), scale: Int
  ) -> [LayoutFact] {
    let shape = image.size.width / image.size.height
    let wanted = frame.width / frame.height
    var facts: [LayoutFact] = []
    let lost = 1 - min(shape, wanted) / max(shape, wanted)
    if lost >= 0.01 {
      let sides = shape > wanted ? "left and right together" : "top and bottom together"
      facts.append(
        LayoutFact(kind: .cropped, text: "\(image.name): \(Int((lost * 100).rounded())) % is cropped, \(sides)"))
    }
    let variant = image.variant(scale: scale)
    let drawnWidth = shape > wanted ? frame.height * shape : frame.width
    let factor = drawnWidth * Double(scale) / Double(variant.pixels.width)
    // A background is blurred whatever its size.
    if factor > 1.05, image.name != "background" {
      facts.append(
        LayoutFact(
          kind: .image,
          text: "\(image.name): \(variant.pixels.width) x \(variant.pixels.height) pixels are drawn "
            + "\(number((factor * 10).rounded() / 10)) times as large at @\(scale)x"))
    }
    return facts
  }
}
