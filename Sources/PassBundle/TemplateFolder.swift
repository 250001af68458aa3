package import Passes

extension PassTemplate {
  /// Loads a template from its folder. Links that lead out of it are not followed.
  ///
  /// - Throws: `LoadError` with every mistake in it.
  package init(folder path: String) throws(LoadError) {
    var walk = BundleCheck.FolderWalk(root: path)
    walk.run()
    var findings = walk.findings.filter { $0.severity == .error }
    if walk.files.contents.isEmpty, findings.isEmpty {
      findings = [
        Finding(
          .error, "template-unreadable", at: .init(file: path), "there is no template here",
          hint: "Name a folder NAME.pkpasstemplate that holds pass.json and its images.")
      ]
    }
    guard findings.isEmpty else { throw LoadError(findings: findings) }
    try self.init(name: path.split(separator: "/").last.map(String.init) ?? path, files: walk.files)
  }
}
