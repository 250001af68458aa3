import Foundation
import PassBundle
import PassPreview
import Passes

/// How long the designer waits for the work itself: from saved files to the new drawing.
struct PreviewBench {
  private let folder: URL

  /// - Parameter templates: a folder of templates, copied so that nothing else touches them.
  init(templates: URL) throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "passmint-bench-\(ProcessInfo.processInfo.processIdentifier)-preview")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let names = try FileManager.default.contentsOfDirectory(atPath: templates.path)
      .filter { $0.hasSuffix(".pkpasstemplate") }.sorted()
    for copy in 0..<50 {
      let name = names[copy % names.count]
      try FileManager.default.copyItem(
        at: templates.appending(path: name), to: folder.appending(path: "\(copy)-\(name)"))
    }
  }

  func remove() {
    try? FileManager.default.removeItem(at: folder)
  }

  private var templates: [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appending(path: $0) }
  }

  /// Milliseconds for one template after a save: read, check, compose, draw. The median of all templates, several times.
  func redraw() throws -> Double {
    var times: [Double] = []
    for round in 0..<3 {
      for template in templates {
        let start = ContinuousClock.now
        let face = try Self.subject(template).face(PreviewChoice(), now: 1_800_000_000)
        precondition(face.contains("class=\"card front\""))
        // The first round loads Foundation's tables of languages.
        if round > 0 { times.append((ContinuousClock.now - start) / .milliseconds(1)) }
      }
    }
    return Interleaved.median(times)
  }

  /// Milliseconds for the gallery of 50 templates, read from disk and drawn.
  func gallery() throws -> Double {
    var times: [Double] = []
    for _ in 0..<5 {
      let start = ContinuousClock.now
      let entries = try templates.map { PreviewGallery.Entry.subject(try Self.subject($0), problems: []) }
      let page = PreviewGallery.page(entries, now: 1_800_000_000)
      precondition(page.contains("id=\"gallery\""))
      times.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    return Interleaved.median(times)
  }

  /// Milliseconds to read the files of 50 templates and nothing more: what no gallery can go below.
  func reading() throws -> Double {
    var times: [Double] = []
    for _ in 0..<5 {
      let start = ContinuousClock.now
      for template in templates {
        for case let file as String in FileManager.default.enumerator(atPath: template.path) ?? .init() {
          _ = try? Data(contentsOf: template.appending(path: file))
        }
      }
      times.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    return Interleaved.median(times)
  }

  private static func subject(_ folder: URL) throws -> PreviewSubject {
    let template = try PassTemplate(folder: folder.path)
    return PreviewSubject(template: template, findings: template.findings(now: 1_800_000_000))
  }
}
