import Foundation
import Passes

/// Draws the front and the back of a pass as HTML.
///
/// Sizes that are the same on every pass are in `page.css`; what depends on the style goes along as custom properties.
struct CardMarkup {
  let face: PassFace
  let state: PreviewChoice.State
  /// What stands in the template behind a place of the pass, by the key of its field; nil for a finished pass.
  let source: (_ pointer: String, _ key: String?) -> FieldSource?
  var html = HTML()

  private var hasStrip: Bool { face.images["strip"] != nil }

  // MARK: Front

  mutating func front() {
    html.raw("<div class=\"paper of-front\">")
    html.open(
      "article",
      [
        "class": "card front", "data-style": face.look.rawValue, "data-state": state.rawValue,
        "dir": face.isRightToLeft ? "rtl" : "ltr", "lang": face.language, "style": colors(),
        "data-strip": hasStrip ? "" : nil, "aria-label": title(of: face.look),
      ])
    if face.look == .posterEventTicket || face.look == .posterGeneric {
      poster()
    } else {
      classic()
    }
    html.raw("</article></div>")
  }

  private func title(of look: PassLook) -> String {
    switch look {
    case .posterEventTicket, .posterGeneric: "Poster"
    default: "Front of the pass"
    }
  }

  private func colors() -> String {
    let colors = face.colors
    return "--background:\(colors.background.css);--foreground:\(colors.foreground.css);--label:\(colors.label.css);"
      + "--strip:\(colors.strip.css);--footer:\(colors.footer.css);"
      + "--strip-ratio:\(number(CardMetrics.stripHeight(of: face.look)))"
  }

  private mutating func classic() {
    image("background", "background")
    html.raw("<div class=\"shine\"></div>")
    if hasStrip {
      html.raw("<div class=\"strip-frame\">")
      image("strip", "strip")
      html.raw("</div>")
    }
    html.raw("<header class=\"top\">")
    image("logo", "logo")
    if let text = face.logoText { html.element("span", ["class": "logo-text"], text: text) }
    html.raw("</header>")
    let thumbnail = face.images["thumbnail"]?.size
    let thumbnailWidth = thumbnail.map { min(90, 90 * $0.width / max($0.height, 1)) }
    if let thumbnailWidth {
      html.open("div", ["class": "thumbnail-frame", "style": "--thumbnail:\(number(thumbnailWidth))px"])
      image("thumbnail", "thumbnail")
      html.close("div")
    }
    for row in face.rows {
      let isBeside = row.name == .primary || row.name == .secondary && face.look == .eventTicket
      let inset = isBeside ? (thumbnailWidth ?? -10) + 10 : 0
      self.row(row, CardMetrics.row(row.name, of: face.look, hasStrip: hasStrip), inset: inset)
    }
    bottom()
    stateMark()
  }

  mutating func row(_ row: PassFace.Row, _ metrics: CardMetrics.Row, inset: Double = 0) {
    let isLabelBelow = metrics.label > metrics.value
    html.open(
      "div",
      [
        "class": isLabelBelow ? "row below" : "row", "data-row": row.name.rawValue,
        "style": "--top:\(number(min(metrics.label, metrics.value)))px;"
          + "--between:\(number(abs(metrics.value - metrics.label)))px;--label-size:\(number(metrics.labelSize))px;"
          + "--value-size:\(number(metrics.valueSize))px;--least:\(number(metrics.least));"
          + "--weight:\(metrics.weight);--inset:\(number(inset))px",
      ])
    for (index, field) in row.fields.enumerated() {
      if index == 1, face.look == .boardingPass, row.name == .primary { html.raw(transitIcon(face.transit ?? "")) }
      self.field(field)
    }
    html.close("div")
  }

  /// A field with everything the inspector says about it.
  mutating func field(_ field: PassFace.Field) {
    html.open(
      "div",
      [
        ("class", "field"), ("data-group", field.group),
        ("data-align", field.alignment == .natural ? nil : field.alignment.rawValue),
        ("data-change", field.changeMessage),
      ] + origin(of: field.pointer, key: field.key))
    html.element("span", ["class": "label", "dir": "auto"], text: field.label)
    html.open("span", [("class", "value"), ("dir", "auto")] + Self.relative(field.value.relative))
    if let attributed = field.attributed {
      LinkedText(attributed: attributed).write(to: &html)
    } else if field.group == "backFields" || field.group == "additionalInfoFields", field.detectsData {
      LinkedText(detectingIn: field.value.text).write(to: &html)
    } else {
      html.text(field.value.text)
    }
    html.close("span")
    html.close("div")
  }

  /// What the inspector says about a text of the pass.
  private func origin(of pointer: String, key: String, isTag: Bool = false) -> [(key: String, value: String?)] {
    let source = self.source(pointer, isTag ? nil : key)
    // Fields that came out empty shift the others, so findings speak of the template's places.
    let place = (source?.value ?? source?.label)?.place.pointer ?? pointer
    return [
      ("tabindex", "0"), ("data-key", key), ("data-pointer", pointer), ("data-place", place),
      ("data-value-source", source?.value?.text), ("data-value-place", source?.value.map { "\($0.place)" }),
      ("data-label-source", source?.label?.text), ("data-label-place", source?.label.map { "\($0.place)" }),
      ("data-variables", source?.variablesJSON),
    ]
  }

  private static func relative(_ date: WalletText.RelativeDate?) -> [(key: String, value: String?)] {
    guard let date else { return [] }
    return [
      ("data-relative", "\(date.epochMilliseconds)"), ("data-offset", "\(date.offsetSeconds)"),
      ("data-time", date.time.isEmpty ? nil : date.time),
    ]
  }

  /// An image in all its scales; the page takes the one that is wanted.
  mutating func image(_ name: String, _ cssClass: String) {
    guard let image = face.images[name] else { return }
    let size = image.size
    html.open(
      "img",
      [
        "class": cssClass, "alt": "", "data-image": name, "data-2x": image.variant(scale: 2).id,
        "data-3x": image.variant(scale: 3).id, "width": number(size.width), "height": number(size.height),
        "draggable": "false",
      ])
  }

  // MARK: Barcode

  mutating func bottom() {
    html.raw("<div class=\"bottom\">")
    image("footer", "footer-image")
    code()
    html.raw("</div>")
  }

  private mutating func code() {
    guard let code = face.code else { return }
    switch code.drawing {
    case .failure(let error):
      html.open("div", ["class": "barcode missing", "style": "--code-width:258px;--code-height:75px"])
      html.element("span", text: "\(error)")
      html.close("div")
    case .success(let drawing):
      let box = CardMetrics.codeBox(code.format, of: face.look, drawing: drawing)
      let height = box.height + (code.altText == nil ? 0 : CardMetrics.altTextHeight)
      html.open(
        "div",
        [
          "class": "barcode", "data-format": code.format,
          "style": "--code-width:\(number(box.width))px;--code-height:\(number(height))px;"
            + "--padding:\(number(box.padding))px;--symbol-height:\(number(box.height - 2 * box.padding))px",
        ])
      // A linear code has no height of its own; its bars are stretched to the box.
      let isStretched = drawing.rows == 1
      html.raw(
        "<svg viewBox=\"0 0 \(drawing.columns) \(drawing.rows)\" "
          + (isStretched ? "preserveAspectRatio=\"none\" " : "")
          + "shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"Barcode\"><path d=\"\(drawing.path)\"/></svg>")
      if let text = code.altText { html.element("span", ["class": "alt-text", "dir": "auto"], text: text) }
      html.close("div")
    }
  }

  private mutating func stateMark() {
    let words = WalletWords(language: face.language)
    switch state {
    case .voided: html.element("span", ["class": "mark"], text: words.voided)
    case .expired: html.element("span", ["class": "mark"], text: words.expired)
    case .valid, .used: break
    }
  }

  // MARK: Posters

  private mutating func poster() {
    image(face.images["artwork"] == nil ? "background" : "artwork", "artwork")
    html.raw(
      "<div class=\"shade top-shade\(face.darkensHeader ? "" : " none")\"></div><div class=\"shade bottom-shade\"></div>"
    )
    html.raw("<header class=\"top\">")
    image("primaryLogo", "logo")
    let name = face.logoText ?? (face.look == .posterEventTicket ? face.organization : nil)
    if let name, face.images["primaryLogo"] == nil { html.element("span", ["class": "logo-text"], text: name) }
    if let poster = face.poster, let date = poster.date {
      html.raw("<div class=\"when\">")
      posterText("span", "day", date)
      if let time = poster.time { html.element("span", ["class": "time"], text: time) }
      html.close("div")
    }
    html.raw("</header>")
    if face.look == .posterGeneric, let header = face.row(.header) {
      row(header, CardMetrics.row(.header, of: face.look, hasStrip: false))
    }
    html.raw("<div class=\"headline\">")
    if let poster = face.poster {
      if let title = poster.title { posterText("h2", "title", title) }
      if let subtitle = poster.subtitle { posterText("p", "subtitle", subtitle) }
      if let venue = poster.venue { posterText("p", "venue", venue) }
    } else {
      posterFields()
    }
    html.raw("</div><footer class=\"band\">")
    if let poster = face.poster {
      for item in poster.seat {
        html.open("div", [("class", "seat field")] + origin(of: item.pointer, key: item.tag, isTag: true))
        html.element("span", ["class": "label"], text: item.label)
        html.element("span", ["class": "value", "dir": "auto"], text: item.value)
        html.raw("</div>")
      }
    } else if let footer = face.row(.footer) {
      row(footer, CardMetrics.row(.footer, of: face.look, hasStrip: false))
    }
    image("secondaryLogo", "secondary-logo")
    html.raw("</footer>")
    if face.look == .posterGeneric { bottom() }
    stateMark()
  }

  private mutating func posterText(_ element: String, _ cssClass: String, _ item: PosterTexts.Item) {
    html.open(
      element, [("class", "\(cssClass) field"), ("dir", "auto")] + origin(of: item.pointer, key: item.tag, isTag: true))
    html.text(item.value)
    html.close(element)
  }

  /// The primary fields of a poster: one without a label is the title.
  private mutating func posterFields() {
    for field in face.row(.primary)?.fields ?? [] {
      html.raw(field.label.isEmpty ? "<div class=\"title\">" : "<div class=\"pair\">")
      self.field(field)
      html.raw("</div>")
    }
  }

  // MARK: Back

  mutating func back() {
    html.raw("<div class=\"paper of-back\">")
    html.open(
      "article",
      ["class": "card back", "dir": face.isRightToLeft ? "rtl" : "ltr", "lang": face.language, "aria-label": "Details"])
    html.raw("<header>")
    image("icon", "icon")
    html.element("span", ["dir": "auto"], text: face.organization)
    html.raw("</header><div class=\"list\">")
    if face.back.isEmpty { html.element("p", ["class": "empty"], text: "This pass has no back fields.") }
    for field in face.back { self.field(field) }
    html.raw("</div></article></div>")
  }
}

/// A number for CSS: a point, and no more digits than needed.
func number(_ value: Double) -> String {
  let rounded = (value * 1000).rounded() / 1000
  return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
}
