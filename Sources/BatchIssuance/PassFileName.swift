import Foundation
package import Liquid
import Passes
import Tickets

/// Names passes on disk: `<order>/<movement>.pkpass`, or what a Liquid text says.
package struct PassFileName: Sendable {
  private let liquid: LiquidTemplate?

  /// - Parameter text: Liquid; a slash makes a folder. nil for the default.
  /// - Throws: `LiquidError` for a mistake in the text.
  package init(_ text: String?) throws(LiquidError) {
    liquid = try text.map { (text) throws(LiquidError) in
      try LiquidTemplate(text, at: LiquidPlace(file: "--name", line: 1, column: 1), schema: TicketVariables.schema)
    }
  }

  /// What an order is called on disk and in `passes.csv`; an export that knows no order may know the file.
  static func order(of ticket: Ticket) -> String? { (ticket.order.id ?? ticket.file.id).map(PassesTable.oneLine) }

  /// The longest path inside the folder, in bytes. File systems take 4096 in all.
  static let longestPath = 1024

  /// Whether no other ticket can get the same name: it is made of order and movement, which the name keeps to the letter.
  func isUnique(for ticket: Ticket) -> Bool {
    func isDigits(_ text: String?) -> Bool {
      text.map { (1...200).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } } ?? false
    }
    return liquid == nil && isDigits(ticket.movement) && isDigits(ticket.order.id)
  }

  /// The path of a ticket's pass inside the folder; nil when nothing usable comes out of the Liquid.
  func path(of ticket: Ticket, serialNumber: String, tenant: String) -> String? {
    guard let liquid else {
      let order = Self.order(of: ticket).flatMap { Self.safe($0) } ?? "no-order"
      let movement = (ticket.movement ?? ticket.id).flatMap { Self.safe($0) } ?? serialNumber
      return "\(order)/\(movement).pkpass"
    }
    let pass = PassVariables(serialNumber: serialNumber, isUsed: ticket.state == .used, isVoided: false)
    let context = LiquidContext(
      root: TicketVariables(ticket: ticket, pass: pass, tenant: tenant, language: "en"), language: "en")
    guard let text = try? liquid.render(context) else { return nil }
    var parts = text.split(separator: "/").compactMap { Self.safe(String($0)) }
    guard var last = parts.popLast() else { return nil }
    if last.lowercased().hasSuffix(".pkpass") { last = String(last.dropLast(7)) }
    guard let stem = Self.safe(last) else { return nil }
    let path = (parts + ["\(stem).pkpass"]).joined(separator: "/")
    return path.utf8.count <= Self.longestPath ? path : nil
  }

  /// One part of a path that every file system takes and that cannot lead anywhere else: no separators, no control
  /// characters, no leading dot, none of Windows' device names, at most 200 bytes; composed, as most systems write it.
  static func safe(_ text: String) -> String? {
    // Ids are digits, and there are two of them a pass.
    if (1...200).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return text }
    var safe = ""
    for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
      switch scalar {
      case "/", "\\", ":", "*", "?", "\"", "<", ">", "|": safe.unicodeScalars.append("_")
      case _
      where scalar.value < 0x20 || scalar.value == 0x7F || scalar.properties.generalCategory == .format
        || scalar.properties.generalCategory == .control:
        safe.unicodeScalars.append("_")
      default: safe.unicodeScalars.append(scalar)
      }
    }
    while safe.utf8.count > 200 { safe.removeLast() }
    // Windows drops blanks and dots at the end, so two names could become one.
    while let last = safe.last, last == "." || last.isWhitespace { safe.removeLast() }
    safe = String(safe.drop { $0.isWhitespace })
    if safe.hasPrefix(".") { safe = "_" + safe.dropFirst() }
    let stem = safe.prefix { $0 != "." }.uppercased()
    let devices: Set<String> = ["CON", "PRN", "AUX", "NUL"]
    let isPort = stem.count == 4 && (stem.hasPrefix("COM") || stem.hasPrefix("LPT")) && stem.last?.isNumber == true
    if devices.contains(stem) || isPort { safe = "_" + safe }
    return safe.isEmpty ? nil : safe
  }
}
