package import Passes

extension PassTemplate {
  /// Loads a template from its folder. Links that lead out of it are not followed.
  ///
  /// - Throws: `LoadError` with every mistake in it.
  package init(folder path: String) throws(LoadError) {
    let report: BundleReport
    do {
      report = try BundleCheck.check(path: path, now: 0)
    } catch {
      throw LoadError(findings: [
        Finding(
          .error, "template-unreadable", at: .init(file: path), "\(error)",
          hint: "name a folder NAME.pkpasstemplate that holds pass.json and its images")
      ])
    }
    guard report.kind == .template || report.kind == .folder else {
      throw LoadError(findings: [
        Finding(
          .error, "template-not-folder", at: .init(file: path), "a template is a folder, and this is a file",
          hint: "name a folder NAME.pkpasstemplate that holds pass.json and its images")
      ])
    }
    try self.init(name: report.name, files: report.files)
  }
}
