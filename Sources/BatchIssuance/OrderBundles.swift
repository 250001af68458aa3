import Glibc
import PassBundle
import Tickets

/// `.pkpasses`: all passes of an order in one file, which Safari adds in one step.
///
/// Apple's limit is 10 passes or 150 MB a bundle ("Distributing and updating a pass"); beyond it an order gets several.
struct OrderBundles {
  /// Pass files by the order they belong to.
  private var files: [String: [String]] = [:]

  static let maximumPasses = 10
  static let maximumBytes = 150_000_000

  /// Notes that the run made or kept a pass of the order. A ticket that knows no order goes with no other.
  mutating func touch(_ item: BatchItem) {
    if let order = item.ticket.flatMap(PassFileName.order(of:)), files[order] == nil { files[order] = [] }
  }

  /// Takes up a pass of the folder if its order has been touched: also one that this run's export did not hold.
  mutating func add(_ file: String, order: String) {
    files[order]?.append(file)
  }

  /// What an order's bundles are called. Orders whose names a file system does not take as they are keep apart.
  static func stem(_ order: String) -> String {
    let safe = PassFileName.safe(order) ?? "order"
    return safe == order ? safe : "\(safe)-\(Digest.hex(Array(Digest.sha256(Array(order.utf8)).prefix(4))))"
  }

  /// Writes `<order>/<order>.pkpasses`, `<order>/<order>-2.pkpasses`, …; one that is right already is left alone.
  ///
  /// - Returns: how many files there are.
  func write(to folder: PassFolder, shouldStop: () -> Bool) throws(BatchError) -> Int {
    var count = 0
    for (order, names) in files.sorted(by: { $0.key < $1.key }) where !shouldStop() {
      let stem = Self.stem(order)
      var part: [(name: String, bytes: [UInt8])] = []
      var number = 1
      var size = 0
      func flush() throws(BatchError) {
        let name = Self.name(stem, number)
        let bytes: [UInt8]
        do {
          bytes = try PkpassBundle.archive(part)
        } catch {
          throw .sealing(error)
        }
        if try folder.read(name) != bytes {
          var failure: BatchError?
          bytes.withUnsafeBytes { raw in
            do throws(BatchError) { try folder.write(raw, to: name, worker: 0, replaces: true) } catch {
              failure = error
            }
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
        let plain = name
        var number = part.count + 1
        while part.contains(where: { $0.name == name }) {
          name = "\(number)-\(plain)"
          number += 1
        }
        part.append((name, bytes))
        size += bytes.count
      }
      if !part.isEmpty { try flush() }
      // The order may have needed more of them before.
      while unlink(folder.path(Self.name(stem, number))) == 0 { number += 1 }
    }
    return count
  }

  private static func name(_ stem: String, _ number: Int) -> String {
    "\(stem)/\(stem)\(number == 1 ? "" : "-\(number)").pkpasses"
  }
}
