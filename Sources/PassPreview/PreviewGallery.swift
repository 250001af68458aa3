import Foundation
package import Passes

/// A folder of templates, each as a small card.
package enum PreviewGallery {
  package enum Entry: Sendable {
    case subject(PreviewSubject, problems: [Finding])
    /// Never could be drawn.
    case broken(name: String, [Finding])
  }

  /// - Parameter now: seconds since 1970.
  package static func page(_ entries: [Entry], now: Int64) -> String {
    var page = PageMarkup(title: "Templates", mode: .gallery, subject: nil, choice: PreviewChoice())
    page.html.raw("<main id=\"page\">")
    page.heading("Templates")
    if entries.isEmpty {
      page.html.element(
        "p", ["class": "quiet"], text: "There is no template in this folder yet: passmint template new NAME")
    }
    page.html.raw("<ul id=\"gallery\">")
    for entry in entries {
      switch entry {
      case .subject(let subject, let problems): card(subject, problems, now: now, in: &page.html)
      case .broken(let name, let findings): broken(name, findings, in: &page.html)
      }
    }
    page.html.raw("</ul></main>")
    return page.finished()
  }

  /// The page of a single template or pass that never could be drawn: what is wrong with it.
  package static func page(of name: String, broken findings: [Finding], isInGallery: Bool = false) -> String {
    var page = PageMarkup(title: name, mode: .live, subject: name, choice: PreviewChoice())
    page.html.raw("<main id=\"page\">")
    page.heading(name, isInGallery: isInGallery)
    page.html.raw("<div id=\"face\">\(face(broken: findings))</div></main>")
    return page.finished()
  }

  /// What of that page changes when the files change.
  package static func face(broken findings: [Finding]) -> String {
    var html = HTML()
    html.raw("<section id=\"stage\">")
    html.open("div", ["id": "broken", "role": "alert"])
    html.element("strong", text: "This cannot be drawn yet. The page redraws when the files are mended.")
    html.raw("<ul>")
    for finding in findings { item(finding, in: &html) }
    html.raw("</ul></div></section>")
    return html.source
  }

  private static func card(_ subject: PreviewSubject, _ problems: [Finding], now: Int64, in html: inout HTML) {
    html.open("li", ["data-name": subject.name])
    html.open("a", ["href": address(subject.name), "aria-label": subject.name])
    html.open("div", ["class": "small", "data-images": "\(address(subject.name))/image/", "inert": ""])
    var face = FaceMarkup(subject, PreviewChoice(), now: now)
    // The front alone: links on the back would end the link around it.
    face.writeCards(sides: [.front])
    html.raw(face.html.source)
    html.close("div")
    html.element("strong", text: subject.name)
    html.close("a")
    let errors = (problems + subject.findings).count { $0.severity == .error }
    let warnings = (problems + subject.findings).count - errors
    let counts = [
      errors > 0 ? "\(errors) error\(errors == 1 ? "" : "s")" : nil,
      warnings > 0 ? "\(warnings) warning\(warnings == 1 ? "" : "s")" : nil,
    ].compactMap { $0 }
    html.element(
      "span", ["class": errors > 0 ? "count bad" : "count"],
      text: counts.isEmpty ? "nothing to mend" : counts.joined(separator: ", "))
    html.close("li")
  }

  private static func broken(_ name: String, _ findings: [Finding], in html: inout HTML) {
    html.open("li", ["data-name": name, "class": "broken"])
    html.open("a", ["href": address(name)])
    html.element("strong", text: name)
    html.close("a")
    html.raw("<ul>")
    for finding in findings.prefix(3) { item(finding, in: &html) }
    html.raw("</ul>")
    html.close("li")
  }

  private static func item(_ finding: Finding, in html: inout HTML) {
    html.open("li", ["data-code": finding.code, "data-severity": finding.severity.rawValue])
    html.element("span", ["class": "message"], text: finding.message)
    html.element("span", ["class": "place"], text: "\(finding.place)")
    html.element("span", ["class": "hint"], text: finding.hint)
    html.close("li")
  }

  /// The page of a template.
  private static func address(_ name: String) -> String {
    let allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
      .union(CharacterSet(charactersIn: "-._~"))
    return "/p/" + (name.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")
  }
}
