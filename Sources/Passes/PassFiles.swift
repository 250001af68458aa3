/// The files of a pass, a template or an opened archive: path inside the package to bytes.
///
/// Paths use `/` and are relative: `pass.json`, `fr.lproj/pass.strings`.
package struct PassFiles: Sendable, Hashable {
  package var contents: [String: [UInt8]]

  package init(_ contents: [String: [UInt8]] = [:]) {
    self.contents = contents
  }

  package subscript(path: String) -> [UInt8]? {
    get { contents[path] }
    set { contents[path] = newValue }
  }

  /// All paths, in the order of their UTF-8 bytes: the order in which a pass lists and stores them.
  package var sortedPaths: [String] {
    contents.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
