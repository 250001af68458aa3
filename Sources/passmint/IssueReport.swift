import BatchIssuance
import Foundation
import JSON
import Synchronization

extension Issue {
  /// The end of a run, on standard output.
  func report(_ summary: BatchSummary) {
    if json {
      Terminal.write(String(decoding: summary.json.serialized(), as: UTF8.self))
    } else if !quiet, summary.counts.read > 0 || !summary.inputFailed {
      for line in lines(summary) { Terminal.write(line) }
    }
    if summary.counts.read == 0, !summary.inputFailed, !summary.wasInterrupted, !quiet {
      Terminal.warning("there are no rows to make passes of")
    }
    if summary.wasInterrupted {
      Terminal.note("stopped on request; every pass written is whole, run the same command again to go on")
    }
    if summary.inputFailed {
      let rest = summary.counts.read > 0 ? "what was read before stands; " : ""
      Terminal.hint("\(rest)mend the export and run the same command again")
    }
    for file in summary.rejectsFiles where !quiet {
      Terminal.hint("mend the rows in \(file) and issue that file, with the same options")
    }
  }

  private func lines(_ summary: BatchSummary) -> [String] {
    let counts = summary.counts
    let rate = summary.seconds > 0 ? Int(Double(counts.passes) / summary.seconds) : 0
    let seconds = String(format: summary.seconds < 10 ? "%.2f" : "%.0f", summary.seconds)
    func passes(_ count: Int) -> String { Terminal.count(count, "pass", plural: "passes") }
    var parts: [String] = []
    if counts.issued > 0 || counts.passes == 0 {
      parts.append("\(passes(counts.issued)) \(dryRun ? "to issue" : "issued")")
    }
    if counts.updated > 0 { parts.append("\(Terminal.grouped(counts.updated)) \(dryRun ? "to update" : "updated")") }
    if counts.unchanged > 0 { parts.append("\(Terminal.grouped(counts.unchanged)) unchanged") }
    if counts.voided > 0 { parts.append("\(Terminal.grouped(counts.voided)) \(dryRun ? "to void" : "voided")") }
    var lines = [
      "\(parts.joined(separator: ", ")) \(dryRun ? "(dry run, nothing written)" : "in \(out)") (\(seconds) s, \(Terminal.grouped(rate))/s)"
    ]
    if summary.bundles > 0 { lines.append(Terminal.count(summary.bundles, ".pkpasses file")) }
    var others: [String] = []
    if counts.rejected > 0 { others.append("\(Terminal.grouped(counts.rejected)) rejected") }
    if counts.waiting > 0 { others.append("\(Terminal.grouped(counts.waiting)) waiting for a barcode") }
    if counts.cancelled > 0 {
      others.append("\(Terminal.grouped(counts.cancelled)) cancelled before any pass was made")
    }
    if counts.replaced > 0 { others.append("\(Terminal.grouped(counts.replaced)) invalidated") }
    if counts.repeated > 0 { others.append("\(Terminal.grouped(counts.repeated)) repeated") }
    if !others.isEmpty {
      lines.append("of \(Terminal.count(counts.read, "row")) read: \(others.joined(separator: ", "))")
    }
    return lines
  }
}

extension BatchSummary {
  /// How the command ends.
  var status: ExitStatus {
    if inputFailed { return .failed }
    return counts.rejected > 0 || wasInterrupted ? .someRefused : .good
  }

  var json: JSONValue {
    func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
    let rate = seconds > 0 ? (Double(counts.passes) / seconds * 10).rounded() / 10 : 0
    return [
      "read": number(counts.read), "issued": number(counts.issued), "updated": number(counts.updated),
      "unchanged": number(counts.unchanged), "voided": number(counts.voided), "rejected": number(counts.rejected),
      "waiting": number(counts.waiting), "cancelled": number(counts.cancelled), "replaced": number(counts.replaced),
      "repeated": number(counts.repeated), "bundles": number(bundles),
      "seconds": JSONNumber((seconds * 1000).rounded() / 1000).map { .number($0) } ?? .null,
      "passesPerSecond": JSONNumber(rate).map { .number($0) } ?? .null,
      "rejectsFiles": .array(rejectsFiles.map { .string($0) }), "interrupted": .bool(wasInterrupted),
      "inputFailed": .bool(inputFailed),
    ]
  }
}

extension BatchError {
  var failure: Failure {
    switch self {
    case .system(let doing, let path, let code):
      let hint =
        switch code {
        case ENOSPC, EDQUOT: "make room and run the same command again; every pass written is whole"
        case EACCES, EPERM, EROFS: "choose a folder you may write to"
        case ENOTDIR, EEXIST, ENAMETOOLONG, ENOENT: "choose another folder"
        default: "run the same command again when this is mended; every pass written is whole"
        }
      return Failure("\(doing) \(path) failed: \(BatchError.reason(code))", hint: hint)
    case .inUse(let path):
      return Failure("another passmint run is writing to \(path)", hint: "wait for it to end, or choose another --out")
    case .sealing(let error):
      return Failure("sealing failed: \(error)", hint: "passmint certs check shows whether the identity can sign")
    }
  }
}

/// Says what happens during a run, in order, between the progress lines. Workers put in, the main thread speaks.
final class EventVoice: Sendable {
  private struct State {
    var lines: [(isWarning: Bool, text: String)] = []
    var rejected = 0
  }

  private let state = Mutex(State())
  private let isQuiet: Bool
  /// More would scroll the rest away; all of them are in the rejects file.
  private static let shownRejections = 10

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  func take(_ event: BatchEvent) {
    state.withLock { state in
      switch event {
      case .notice(let file, let text): if !isQuiet { state.lines.append((false, "\(file): \(text)")) }
      case .inputStopped(let text): state.lines.append((true, text))
      case .rejected(let place, let reason):
        state.rejected += 1
        if state.rejected <= Self.shownRejections, !isQuiet { state.lines.append((true, "\(place): \(reason)")) }
      }
    }
  }

  var hasNews: Bool { state.withLock { !$0.lines.isEmpty } }

  func speak() {
    let lines = state.withLock { state in
      defer { state.lines = [] }
      return state.lines
    }
    for (isWarning, text) in lines {
      if isWarning { Terminal.error(text) } else { Terminal.note(text) }
    }
  }

  func finish() {
    let more = state.withLock { $0.rejected } - Self.shownRejections
    if more > 0, !isQuiet { Terminal.error("and \(Terminal.grouped(more)) more rejected rows") }
  }
}
