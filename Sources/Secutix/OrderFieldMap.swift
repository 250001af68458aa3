import JSON
import Tickets

/// Which JSON values fill which fields.
///
/// Some of Secutix's names are known only by guess (no public document has them), so each field has a list of candidates,
/// and a mapping file may replace the list of any field. The first candidate that has a value wins.
struct OrderFieldMap: Sendable {
  /// Without a mapping file. Made once: making it costs as much as reading a file with it.
  static let usual = Result { () throws(ExportError) in try OrderFieldMap(mapping: nil) }

  /// Fields in the order they are set: the time zone before the dates.
  let targets: [FieldTarget]
  let ticketPaths: [JSONPath]
  let variablePaths: [JSONPath]

  private struct Candidate: Sendable {
    let target: Int
    let rank: Int
    /// The names below the first.
    let rest: ArraySlice<String>
    let path: String
  }

  /// By scope and the first name in small letters.
  private var candidates: [JSONPath.Scope: [String: [Candidate]]] = [:]
  /// The same by names as they are written in the documents.
  private var written: [JSONPath.Scope: [String: [Candidate]]] = [:]

  /// The values one object has for the targets, each with the rank of its path.
  struct Values {
    fileprivate(set) var found: [(rank: Int, value: JSONValue, path: String)?]
  }

  init(mapping: ExportMapping?) throws(ExportError) {
    var paths: [(FieldTarget, [JSONPath])] = []
    for (field, texts) in Self.defaults {
      paths.append((.field(field), texts.compactMap { JSONPath($0) }))
    }
    if let mapping {
      for entry in mapping.fields {
        guard let target = FieldTarget(entry.key) else {
          throw mapping.error(.unknownField(entry.key, nearest: FieldTarget.nearest(to: entry.key)), at: entry)
        }
        let own = try Self.paths(of: entry, in: mapping)
        if let index = paths.firstIndex(where: { $0.0 == target }) {
          paths[index].1 = own
        } else {
          paths.append((target, own))
        }
      }
    }
    targets = paths.map(\.0)
    for (target, paths) in paths.enumerated() {
      for (rank, path) in paths.1.enumerated() {
        let candidate = Candidate(target: target, rank: rank, rest: path.names.dropFirst(), path: path.text)
        candidates[path.scope, default: [:]][path.names[0].lowercased(), default: []].append(candidate)
      }
    }
    func list(_ entries: [ExportMapping.Entry]?, _ defaults: [String]) throws(ExportError) -> [JSONPath] {
      guard let mapping, let entry = entries?.first else { return defaults.compactMap { JSONPath($0) } }
      return try Self.paths(of: entry, in: mapping)
    }
    ticketPaths = try list(mapping?.ticketPaths, Self.defaultTickets)
    variablePaths = try list(mapping?.variablePaths, Self.defaultVariables)
  }

  private static func paths(of entry: ExportMapping.Entry, in mapping: ExportMapping) throws(ExportError) -> [JSONPath]
  {
    var paths: [JSONPath] = []
    for text in entry.values {
      guard let path = JSONPath(text) else { throw mapping.error(.path(text), at: entry) }
      paths.append(path)
    }
    return paths
  }

  var nothing: Values { Values(found: Array(repeating: nil, count: targets.count)) }

  /// What an object has for the fields. Walks its members once.
  mutating func values(of object: JSONObject?, as scope: JSONPath.Scope) -> Values {
    var values = nothing
    guard let object else { return values }
    for member in object.members {
      for candidate in candidates(named: member.name, in: scope) {
        if let known = values.found[candidate.target], known.rank < candidate.rank { continue }
        guard let value = member.value.first(candidate.rest) else { continue }
        values.found[candidate.target] = (candidate.rank, value, candidate.path)
      }
    }
    return values
  }

  private mutating func candidates(named name: String, in scope: JSONPath.Scope) -> [Candidate] {
    if let known = written[scope]?[name] { return known }
    let found = candidates[scope]?[name.lowercased()] ?? []
    // Names come from outside: what they can fill in memory is bounded.
    if written[scope, default: [:]].count >= 1024 { written[scope] = [:] }
    written[scope, default: [:]][name] = found
    return found
  }
}

extension OrderFieldMap.Values {
  /// The better candidate of both, field by field.
  mutating func merge(_ other: OrderFieldMap.Values) {
    for index in found.indices {
      guard let value = other.found[index] else { continue }
      if let mine = found[index], mine.rank <= value.rank { continue }
      found[index] = value
    }
  }
}
