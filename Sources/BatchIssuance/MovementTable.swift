/// Something about each movement of a run, by the hash of its serial number.
///
/// In parts, for a dictionary of a million entries copies itself into one twice as large when it is full, and the old one
/// is memory that nobody needs again; what one part lets go, the next one takes.
struct MovementTable<Value: Sendable>: Sendable {
  private var parts: [[Int: Value]]

  private static var partCount: Int { 256 }

  /// - Parameter expected: room for this many from the start.
  init(expected: Int) {
    parts = (0..<Self.partCount).map { _ in
      var part: [Int: Value] = [:]
      part.reserveCapacity(expected / Self.partCount)
      return part
    }
  }

  subscript(serial: Int) -> Value? {
    get { parts[serial & (Self.partCount - 1)][serial] }
    set { parts[serial & (Self.partCount - 1)][serial] = newValue }
  }
}
