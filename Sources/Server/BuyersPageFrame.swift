import PassPreview

/// The frame of every page of this kind: head, style, and a body to be filled.
enum BuyersPageFrame {
  static func page(_ reader: BuyersPage.Reader, title: String, body: HTML) -> String {
    var html = HTML()
    html.raw("<!doctype html>\n")
    html.open(
      "html",
      ["lang": reader.language, "dir": WalletText(language: reader.language).isRightToLeft ? "rtl" : "ltr"])
    html.raw(
      """
      <head><meta charset="utf-8">\
      <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">\
      <meta name="robots" content="noindex">\
      <meta name="referrer" content="no-referrer">\
      <meta name="format-detection" content="telephone=no, date=no, address=no, email=no">\
      <meta name="color-scheme" content="light dark">\
      <link rel="icon" href="data:,">
      """)
    html.element("title", text: withoutBidiControls(title))
    html.raw("<style>\(String(decoding: PackageResources.buyers_page_css, as: UTF8.self))</style></head><body>")
    html.raw(body.source)
    html.raw("</body></html>\n")
    return html.source
  }

  /// A page that says one thing.
  ///
  /// - Parameter again: words of a link that loads the page once more.
  static func notice(_ reader: BuyersPage.Reader, title: String, text: String, again: String? = nil) -> String {
    var body = HTML()
    body.raw("<main class=\"alone\">")
    body.element("h1", text: title)
    body.element("p", text: text)
    if let again {
      body.raw("<p><a class=\"button\" href=\"\">")
      body.text(again)
      body.raw("</a></p>")
    }
    body.raw("</main>")
    return page(reader, title: title, body: body)
  }

  /// A title has no markup that could keep a name's direction to itself (UAX #9, 2.1 to 2.4).
  private static func withoutBidiControls(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: continue
      default: kept.append(scalar)
      }
    }
    return String(kept)
  }
}
