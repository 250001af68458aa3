import PassBundle
import Tickets

/// `.pkpasses`: all passes of an order in one file, which Safari adds in one step.
///
/// Apple's limit is 10 passes or 150 MB a bundle ("Distributing and updating a pass"); beyond it an order gets several.
struct OrderBundles {
  /// Pass files by the order they belong to, in the order of the input.
  private var files: [String: [String]] = [:]

  static let maximumPasses = 10
  static let maximumBytes = 150_000_000

  mutating func add(_ item: BatchItem) {
    let order = item.ticket?.order.id ?? "no-order"
    if files[order]?.contains(item.file) != true { files[order, default: []].append(item.file) }
  }

  /// Writes `<order>/<order>.pkpasses`, `<order>/<order>-2.pkpasses`, …; one that is right already is left alone.
  func write(to folder: PassFolder) throws(BatchError) -> Int {
    var count = 0
    for (order, names) in files.sorted(by: { $0.key < $1.key }) {
      let stem = PassFileName.safe(order) ?? "no-order"
      var part: [(name: String, bytes: [UInt8])] = []
      var number = 1
      var size = 0
      func flush() throws(BatchError) {
        let name = "\(stem)/\(stem)\(number == 1 ? "" : "-\(number)").pkpasses"
        let bytes: [UInt8]
        do {
          bytes = try PkpassBundle.archive(part)
        } catch {
          throw .sealing(error)
        }
        if try folder.read(name) != bytes {
          var failure: BatchError?
          bytes.withUnsafeBytes { raw in
            do throws(BatchError) { try folder.write(raw, to: name, worker: 0) } catch { failure = error }
          }
          if let failure { throw failure }
        }
        count += 1
        number += 1
        part = []
        size = 0
      }
      for file in names.sorted() {
        guard let bytes = try folder.read(file) else { continue }
        if part.count == Self.maximumPasses || (!part.isEmpty && size + bytes.count > Self.maximumBytes) { try flush() }
        // The name inside the bundle: the last part of the path, made unique.
        var name = file.split(separator: "/").last.map(String.init) ?? file
        if part.contains(where: { $0.name == name }) { name = "\(part.count + 1)-\(name)" }
        part.append((name, bytes))
        size += bytes.count
      }
      if !part.isEmpty { try flush() }
    }
    return count
  }
}
