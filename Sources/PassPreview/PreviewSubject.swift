package import Passes

/// What a preview shows: a template with sample tickets, or a finished pass.
package struct PreviewSubject: Sendable {
  package let name: String
  package let findings: [Finding]
  package var samples: [String] { [] }
  package var languages: [String] { [] }

  /// - Parameter ticket: shown before the template's own samples.
  package init(template: PassTemplate, findings: [Finding], ticket: PassTemplate.Sample? = nil) {
    name = template.name
    self.findings = findings
  }

  /// - Parameter files: a finished pass that anyone made.
  package init(pass files: PassFiles, name: String, findings: [Finding]) {
    self.name = name
    self.findings = findings
  }

  /// A PNG the page links to.
  package func image(_ id: String) -> [UInt8]? { nil }
}
