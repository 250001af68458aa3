package import JSON
package import Tickets

/// A file as Secutix answers it (`getFileDetails`), or an order alone (`getOrderDetails`), read into tickets.
package struct FileDetails: Sendable {
  package struct Order: Sendable, Hashable {
    package let id: String?
    /// With which anyone may fetch the file: a secret.
    package let secret: String?
    package let type: String?
    package let state: String?
  }

  package let fileID: String?
  package let fileState: String?
  /// As they stand in the answer, those without tickets too.
  package let orders: [Order]
  package internal(set) var tickets: [Ticket]
  /// Movements that are sold and not yet printed, and have nothing to be known by.
  package let waiting: Int
  /// Movements that are not believed, and why.
  package let refused: [Rejection]
  package let notices: [ExportNotice]

  /// Reads an answer.
  ///
  /// - Parameters:
  ///   - name: what places in messages begin with.
  ///   - options: mapping, time zone and currency of the tenant.
  /// - Throws: `ExportError` when the mapping does not fit. What is wrong with the answer is in `refused`.
  package init(reading document: JSONValue, name: String = "Secutix", options: ExportOptions) throws(ExportError) {
    var reader = try OrderReader(
      mapping: options.mapping, settings: ReadingSettings(options: options, unit: .thousandths))
    var tickets: [Ticket] = []
    var refused: [Rejection] = []
    var waiting = 0
    for (index, outcome) in reader.read(document).enumerated() {
      switch outcome.result {
      case .success(let ticket): tickets.append(ticket)
      case .failure where outcome.isWaiting: waiting += 1
      case .failure(let problem):
        let place = RecordPlace(file: name, line: 1, row: index + 1, pointer: outcome.movement?.pointer)
        refused.append(
          problem.rejection(at: place, raw: RawRecord(content: .document(document, outcome.movement))))
      }
    }
    self.tickets = tickets
    self.refused = refused
    self.waiting = waiting
    notices = reader.notices
    // A document that is none was refused above.
    let shape = try? OrderDocument(document)
    orders = (shape?.orders ?? []).map { order in
      Order(
        id: order.value.value(named: "orderId")?.idText,
        secret: (order.value.value(named: "orderSecretId") ?? order.value.value(named: "orderSecretToken"))?.idText,
        type: order.value.value(named: "orderType")?.stringValue,
        state: order.value.value(named: "orderState")?.stringValue)
    }
    let file = shape?.file?.value(named: "fileId") ?? shape?.orders.lazy.compactMap { $0.fileID }.first
    fileID = file?.idText
    fileState = shape?.file?.value(named: "fileState")?.stringValue
  }
}

extension OrderDocument.Order {
  /// An order that comes without its file names it in itself or in its operations.
  fileprivate var fileID: JSONValue? {
    value.value(named: "fileId") ?? operations.lazy.compactMap { $0.value(named: "fileId") }.first
  }
}
