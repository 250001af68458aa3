import Foundation
import Secutix
import Tickets

/// Everything an export gave.
struct Reading {
  var tickets: [Ticket] = []
  var rejections: [Rejection] = []
  var waiting: [RecordPlace] = []
  var error: ExportError?
  var format: ExportFormat?
  var notices: [ExportNotice] = []
  /// The rejects file.
  var rejects: [UInt8] = []

  init(_ bytes: [UInt8], _ options: ExportOptions = ExportOptions(), chunk: Int = 1 << 16, limits: ExportLimits? = nil)
  {
    var options = options
    options.limits = limits ?? ExportLimits()
    options.limits.chunk = chunk
    do throws(ExportError) {
      let reader = try ExportReader(source: ByteSource(bytes: bytes), name: "orders", options: options)
      format = reader.format
      defer { notices = reader.notices }
      var writer = reader.rejectsWriter()
      while let record = try reader.next() {
        switch record {
        case .ticket(let ticket, _, _): tickets.append(ticket)
        case .waiting(let place, _): waiting.append(place)
        case .refused(let rejection):
          rejections.append(rejection)
          rejects += writer.bytes(for: rejection)
        }
      }
    } catch {
      self.error = error
    }
  }

  init(_ text: String, _ options: ExportOptions = ExportOptions(), chunk: Int = 1 << 16, limits: ExportLimits? = nil) {
    self.init(Array(text.utf8), options, chunk: chunk, limits: limits)
  }

  var rejectsText: String { String(decoding: rejects, as: UTF8.self) }
  var barcodes: [String?] { tickets.map { $0.barcode?.text } }
}

extension ExportOptions {
  static func mapped(_ yaml: String) throws -> ExportOptions {
    ExportOptions(mapping: try ExportMapping(yaml: yaml, file: "mapping.yaml"))
  }

  static var paris: ExportOptions {
    ExportOptions(timeZone: TimeZone(identifier: "Europe/Paris"), currency: try? Currency("EUR"))
  }
}

/// Random numbers that are the same in every run (a linear congruential generator).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
