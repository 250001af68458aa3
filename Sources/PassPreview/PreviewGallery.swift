package import Passes

/// A folder of templates, each as a small card.
package enum PreviewGallery {
  package enum Entry: Sendable {
    case subject(PreviewSubject, problems: [Finding])
    /// Never could be drawn.
    case broken(name: String, [Finding])
  }

  package static func page(_ entries: [Entry], now: Int64) -> String { "<!doctype html>" }
}
