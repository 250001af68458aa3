/// The candidate that is the fewest keystrokes away from `name`; nil when all are too far off to be a slip.
package func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let name = Array(name.unicodeScalars.prefix(64))
  // A third of the letters may be wrong; short names get one slip (or two letters swapped) in any case.
  let allowance = max(1, (name.count + 1) / 3)
  var best: (distance: Int, name: String)?
  for candidate in candidates {
    let distance = editDistance(name, Array(candidate.unicodeScalars.prefix(64)))
    guard distance <= allowance else { continue }
    if best.map({ (distance, candidate) < ($0.distance, $0.name) }) ?? true { best = (distance, candidate) }
  }
  return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other
/// (optimal string alignment), regardless of upper and lower case.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  let left = left.map(\.properties.lowercaseMapping)
  let right = right.map(\.properties.lowercaseMapping)
  var beforeLast = [Int](repeating: 0, count: right.count + 1)
  var last = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for column in right.indices {
      let change = last[column] + (left[row] == right[column] ? 0 : 1)
      var distance = min(change, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}
