import Foundation
import JSON

/// A Secutix to run against without an account: one institution with its files, its sign-in, its limits and faults.
///
/// It answers what the public pages say of the real one, over real HTTP (see `serve`), and plays what happens to
/// tickets: sold, printed, reprinted, moved, exchanged, refunded, scanned. The same seed and the same
/// scenarios give the same ids, secrets and barcodes.
package actor SandboxSecutix {
  package nonisolated let options: Options
  /// Milliseconds since 1970.
  nonisolated let now: @Sendable () -> Int64

  package var house: SandboxHouse
  package internal(set) var files: [SandboxFile] = []
  /// Every change in the order it happened: what the data export's query gives.
  package internal(set) var rows: [SandboxRow] = []
  /// Orders in the order they were closed: what the order webhooks send.
  package internal(set) var closedOrders: [Int64] = []
  /// Calls in the order they arrived: the last ones.
  package internal(set) var calls: [Call] = []

  /// Movements in the order they were sold, for people who count.
  var soldMovements: [Int64] = []
  var seatsGiven = 0
  var random: SeededGenerator
  private var lastID: Int64
  var faults: [(method: String?, fault: SandboxFault)] = []
  /// Tokens the endpoint gave, with their end in milliseconds since 1970.
  var tokens: [String: Int64] = [:]
  /// Answers asked for again under their request id, with the polls still to come.
  var pending: [Int64: (method: String, polls: Int)] = [:]
  /// When the catalogue was asked for, in milliseconds since 1970.
  var catalogueAskedAt: Int64?
  /// What others keep with an order, by its id.
  var externalReferences: [Int64: JSONObject] = [:]
  private var places: [Int64: Place] = [:]
  private var filesByID: [Int64: Int] = [:]
  private var filesByOrder: [Int64: Int] = [:]
  private var filesBySecret: [String: Int] = [:]
  private var awaited: [(method: String, arrives: CheckedContinuation<Void, Never>)] = []
  /// When the last minute's calls came.
  var recentCalls: [Int64] = []

  package struct Options: Sendable {
    package var seed: UInt64 = 1
    /// Seconds from `iat` to `exp` at most, and seconds since `iat` at arrival at most.
    package var longestToken: Int64 = 30
    package var oldestToken: Int64 = 5
    /// Seconds by which clocks may differ.
    package var leeway: Int64 = 2
    /// Of tokens of the endpoint, in seconds.
    package var tokenLifetime: Int64 = 30
    /// Calls a minute over all methods; nil: no limit.
    package var callsPerMinute: Int? = 180
    /// 509, which Secutix means to replace by 429.
    package var limitStatus = 509
    /// How many calls are remembered, at least.
    package var keptCalls = 10_000
    /// The link of the confirmation mail, with `${orderSecret}` in it; nil: the house sends none.
    package var mailLink: String?

    package init() {}
  }

  /// A call as it arrived.
  package struct Call: Sendable, Hashable {
    package let method: String
    package let path: String
    package let authorization: String?
    package let language: String?
    package let correlationID: String?
    package let userAgent: String?
    /// As in `Accept-Encoding`.
    package let encodings: String?
    package let body: [UInt8]
  }

  /// - Parameter now: milliseconds since 1970.
  package init(
    _ house: SandboxHouse = .theatre, options: Options = Options(),
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
  ) {
    self.house = house
    self.options = options
    self.now = now
    random = SeededGenerator(seed: options.seed)
    // Beyond what a double holds exactly: whoever reads ids as JavaScript does loses their last digit.
    lastID = 9_007_199_254_740_993 + Int64(options.seed % 1_000_000) * 1_000_000
  }

  func newID() -> Int64 {
    lastID += 2
    return lastID
  }

  /// What the next call of a method comes to; nil: of any method.
  package func prepare(_ fault: SandboxFault, for method: String? = nil, times: Int = 1) {
    for _ in 0..<times { faults.append((method, fault)) }
  }

  /// Forgets the faults that are still to come; returns how many there were.
  package func clearFaults() -> Int {
    defer { faults = [] }
    return faults.count
  }

  /// Forgets the tokens the endpoint gave: the next call with one is refused.
  package func endTokens() { tokens = [:] }

  package func file(_ id: Int64) -> SandboxFile? { filesByID[id].map { files[$0] } }
  func file(ofOrder id: Int64) -> SandboxFile? { filesByOrder[id].map { files[$0] } }
  func file(ofSecret secret: String) -> SandboxFile? { filesBySecret[secret].map { files[$0] } }

  package func movement(_ id: Int64) -> SandboxMovement? {
    place(of: id).map { files[$0.file].orders[$0.order].movements[$0.movement] }
  }

  struct Place {
    var file: Int
    var order: Int
    var movement: Int
  }

  func place(of movement: Int64) -> Place? { places[movement] }

  /// Adds an order to a file, so that it is found.
  func add(_ order: SandboxOrder, to file: Int) {
    for (index, movement) in order.movements.enumerated() {
      places[movement.id] = Place(file: file, order: files[file].orders.count, movement: index)
    }
    files[file].orders.append(order)
    filesByID[files[file].id] = file
    filesByOrder[order.id] = file
    filesBySecret[order.secret] = file
  }

  func note(_ call: Call) {
    calls.append(call)
    for index in awaited.indices.reversed() where awaited[index].method == call.method {
      awaited.remove(at: index).arrives.resume()
    }
    // Those who watch look at the last ones; a load test must not fill the memory.
    if calls.count >= 2 * options.keptCalls { calls.removeFirst(options.keptCalls) }
  }

  /// Returns when a method has been called, now or ever before. Its answer may still be to come.
  package func call(of method: String) async {
    if calls.contains(where: { $0.method == method }) { return }
    await withCheckedContinuation { awaited.append((method, $0)) }
  }

  func performance(_ id: Int64) -> SandboxHouse.Performance? { house.performances.first { $0.id == id } }
  func packageOffer(_ product: Int64?) -> SandboxHouse.Package? { house.packages.first { $0.productID == product } }
}
