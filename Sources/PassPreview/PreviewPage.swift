package import Passes

extension PreviewSubject {
  /// The whole page, with links to images and a stream of changes.
  ///
  /// - Parameter problems: what is wrong with the files as they are now, while this is the last that could be drawn.
  package func page(_ choice: PreviewChoice, now: Int64, problems: [Finding] = []) -> String { "<!doctype html>" }

  /// What of the page depends on the choice: the pass and the panel beside it.
  package func face(_ choice: PreviewChoice, now: Int64, problems: [Finding] = []) -> String { "" }

  /// The page as one file that needs nothing else.
  package func keptPage(_ choice: PreviewChoice, now: Int64) -> String { "<!doctype html>" }

  /// The pass alone as one file that needs nothing else.
  package func picture(_ choice: PreviewChoice, now: Int64) -> String { "<!doctype html>" }
}
