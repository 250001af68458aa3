import Foundation
package import Passes

extension PreviewSubject {
  /// The whole page, with links to images and a stream of changes.
  ///
  /// - Parameters:
  ///   - now: seconds since 1970; a finished pass that is over by then is drawn as expired.
  ///   - problems: what is wrong with the files as they are now, while this is the last that could be drawn.
  ///   - isInGallery: whether there is a page with others to go back to.
  package func page(
    _ choice: PreviewChoice, now: Int64, problems: [Finding] = [], isInGallery: Bool = false
  ) -> String {
    var face = FaceMarkup(self, choice, now: now, problems: problems)
    face.write()
    var page = PageMarkup(title: name, mode: .live, subject: name, choice: face.choice)
    page.html.open("main", ["id": "page"])
    page.heading(name, isInGallery: isInGallery)
    page.html.raw("<div id=\"face\">\(face.html.source)</div>")
    page.html.close("main")
    return page.finished()
  }

  /// What of the page depends on the choice: the controls, the pass and the panel beside it.
  package func face(_ choice: PreviewChoice, now: Int64, problems: [Finding] = []) -> String {
    var face = FaceMarkup(self, choice, now: now, problems: problems)
    face.write()
    return face.html.source
  }

  /// The page as one file that needs nothing else: every ticket in every language and state is in it.
  package func keptPage(_ choice: PreviewChoice, now: Int64) -> String {
    var face = FaceMarkup(self, choice, now: now)
    face.write()
    var page = PageMarkup(title: name, mode: .kept, subject: name, choice: face.choice)
    page.html.open("main", ["id": "page"])
    page.heading(name)
    page.html.raw("<div id=\"face\">\(face.html.source)</div>")
    page.html.close("main")
    for sample in samples.isEmpty ? [""] : samples {
      for language in languages(with: face.choice) {
        for state in PreviewChoice.State.allCases {
          var other = choice
          (other.sample, other.language, other.state) = (sample, language, state)
          var markup = FaceMarkup(self, other, now: now)
          markup.write()
          page.html.open(
            "template",
            [
              "data-face": "\(sample)|\(language)|\(state.rawValue)",
              "data-own": ownState(of: sample) == state ? "" : nil,
            ])
          page.html.raw(markup.html.source)
          page.html.close("template")
        }
      }
    }
    page.images(allImages)
    return page.finished()
  }

  /// The pass alone as one file that needs nothing else.
  package func picture(_ choice: PreviewChoice, now: Int64) -> String {
    var face = FaceMarkup(self, choice, now: now)
    face.writeCards()
    var page = PageMarkup(title: name, mode: .picture, subject: name, choice: face.choice)
    page.html.raw("<div id=\"stage\">\(face.html.source)</div>")
    page.images(allImages)
    return page.finished()
  }
}

/// The frame of every page: head, style sheet, script.
struct PageMarkup {
  enum Mode: String {
    /// Served: images by address, changes by stream.
    case live
    /// A file with everything in it.
    case kept
    case picture
    case gallery
  }

  var html = HTML()

  init(title: String, mode: Mode, subject: String?, choice: PreviewChoice) {
    html.raw("<!doctype html>\n")
    html.open(
      "html",
      [
        "lang": "en", "data-mode": mode.rawValue, "data-subject": subject, "data-side": choice.side.rawValue,
        "data-scale": "\(choice.scale)", "data-page": choice.isDark ? "dark" : "light",
        "data-sample": choice.sample, "data-language": choice.language,
        "style": "--phone:\(choice.width)px",
      ])
    html.raw("<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
    // Without it a browser asks for /favicon.ico.
    html.raw("<link rel=\"icon\" href=\"data:,\">")
    html.element("title", text: "\(title) – Passmint")
    html.raw("<style>\(String(decoding: PackageResources.page_css, as: UTF8.self))</style></head><body>")
  }

  mutating func heading(_ name: String, isInGallery: Bool = false) {
    html.raw("<header id=\"heading\">")
    if isInGallery { html.raw("<a href=\"/\">Templates</a>") }
    html.element("h1", text: name)
    html.raw("<span id=\"connection\" role=\"status\"></span></header>")
  }

  /// The pictures as data, by id.
  mutating func images(_ images: [String: [UInt8]]) {
    html.raw("<script type=\"application/json\" id=\"images\">{")
    let entries = images.sorted { $0.key < $1.key }.map { id, bytes in
      "\"\(id)\":\"data:image/png;base64,\(Data(bytes).base64EncodedString())\""
    }
    html.raw(entries.joined(separator: ","))
    html.raw("}</script>")
  }

  mutating func finished() -> String {
    html.raw("<script>\(String(decoding: PackageResources.page_js, as: UTF8.self))</script></body></html>\n")
    return html.source
  }
}
