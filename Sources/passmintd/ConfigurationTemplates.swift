import Foundation
import PassBundle
import Passes

/// A folder of templates, looked at once however many tenants name it.
struct TemplateFolderContents {
  /// By name.
  var templates: [String: PassTemplate] = [:]
  /// Of all that are there, those too that cannot be used.
  var names: [String] = []
  /// What is wrong, sentence by sentence.
  var mistakes: [String] = []

  /// - Parameter now: seconds since 1970.
  init(folder: String, now: Int64) throws(ConfigurationFault) {
    let suffix = ".pkpasstemplate"
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ConfigurationFault("\(folder) is no folder that can be read")
    }
    for entry in entries.filter({ $0.hasSuffix(suffix) && !$0.hasPrefix(".") }).sorted() {
      names.append(String(entry.dropLast(suffix.count)))
      var findings: [Finding]
      do {
        let template = try PassTemplate(folder: "\(folder)/\(entry)")
        templates[template.name] = template
        findings = template.findings(now: now)
      } catch {
        findings = error.findings
      }
      for finding in findings where finding.severity == .error {
        let hint = finding.hint.last == "." ? String(finding.hint.dropLast()) : finding.hint
        mistakes.append("\(entry): \(finding.place): \(finding.message). \(hint)")
      }
    }
    if names.isEmpty {
      throw ConfigurationFault("\(folder) holds no template: put folders NAME\(suffix) there")
    }
  }
}

extension ConfigurationReading {
  /// - Parameter identity: what passes will be signed with, if it is known.
  func routing(_ value: ConfigurationValue, identity: SigningIdentity?) -> TemplateRouting? {
    guard let members = members(of: value, known: ["folder", "default", "rules", "families"]) else { return nil }
    let contents = members.required("folder", "templates/").flatMap { templates($0, identity: identity) }
    let defaultTemplate = members.requiredText("default", "the name of a template")
    let rules = members["rules"].map { self.rules($0) } ?? []
    let families = members["families"].flatMap { self.members(of: $0, known: nil, shape: "{FAMILY: TEMPLATE}") }?.all
      .compactMap { name, value in text(value).map { (name: name, template: $0, place: value) } }

    let uses = Dictionary((families ?? []).map { ($0.name, $0.template) }) { first, _ in first }
    // Without the folder nobody knows which names are right.
    let known = contents?.names ?? (rules.map(\.rule.template) + uses.values + [defaultTemplate].compactMap { $0 })
    let problems = TemplateRouting.problems(
      templates: known, rules: rules.map(\.rule), families: uses, defaultTemplate: defaultTemplate ?? known.first ?? "")
    for problem in problems {
      switch problem {
      case .condition(let index, _): report(.error, at: rules[index].condition, problem.sentence)
      case .unknownTemplate(_, let place, _):
        let rule = rules.indices.first { "rules[\($0)]" == place }.map { rules[$0].use }
        let family = families?.first { "families.\($0.name)" == place }?.place
        if let found = rule ?? family ?? members["default"] { report(.error, at: found, problem.sentence) }
      }
    }
    guard let contents, let defaultTemplate, problems.isEmpty else { return nil }
    return try? TemplateRouting(
      templates: contents.templates, rules: rules.map(\.rule), families: uses, defaultTemplate: defaultTemplate)
  }

  private func templates(_ value: ConfigurationValue, identity: SigningIdentity?) -> TemplateFolderContents? {
    guard let path = path(value) else { return nil }
    let contents: TemplateFolderContents
    do throws(ConfigurationFault) {
      if let known = templateFolders[path] {
        contents = known
      } else {
        contents = try TemplateFolderContents(folder: path, now: now)
      }
    } catch {
      report(.error, at: value, error.sentence)
      return nil
    }
    templateFolders[path] = contents
    for mistake in contents.mistakes { report(.error, at: value, mistake) }
    for (name, template) in contents.templates.sorted(by: { $0.key < $1.key }) where template.hasNFC {
      for problem in identity?.problems(needsNFC: true, now: now) ?? [] where problem == .nfcNotAllowed {
        report(.error, at: value, "\(name): \(problem); \(problem.hint)")
      }
    }
    return contents
  }

  private func rules(
    _ value: ConfigurationValue
  ) -> [(rule: TemplateRouting.Rule, condition: ConfigurationValue, use: ConfigurationValue)] {
    elements(of: value, shape: "[{if: CONDITION, use: TEMPLATE}]").compactMap { element in
      guard let members = members(of: element, known: ["if", "use"]) else { return nil }
      let condition = members.required("if", "'seat.category == \"VIP\"'")
      let use = members.required("use", "the name of a template")
      guard let condition, let use, let text = text(condition), let template = self.text(use) else { return nil }
      return (TemplateRouting.Rule(condition: text, template: template), condition, use)
    }
  }
}
