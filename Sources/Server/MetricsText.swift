/// The lines of the Prometheus text format.
enum MetricText {
  /// In the place of labels when there are too many.
  static let overflow = #"overflow="true""#
  /// A label's value is cut here, in bytes before escaping.
  private static let valueLimit = 200

  /// A metric's name: letters, digits, `_` and `:`, no digit first. Anything else becomes `_`.
  static func name(_ text: String) -> String { word(text, allowing: [UInt8(ascii: "_"), UInt8(ascii: ":")]) }

  /// Labels as they stand between braces, in the order of their names; of a repeated name the last.
  static func labels(_ dimensions: [(String, String)]) -> String {
    if dimensions.isEmpty { return "" }
    var values: [String: String] = [:]
    for (name, value) in dimensions {
      var name = word(name, allowing: [UInt8(ascii: "_")])
      // Histograms write their bounds under this name, and what begins with two is Prometheus' own.
      if name == "le" || name == "quantile" || name.hasPrefix("__") { name = "label_" + name }
      values[name] = value
    }
    return values.sorted { $0.key < $1.key }.map { #"\#($0.key)="\#(escaped($0.value))""# }.joined(separator: ",")
  }

  static func head(_ name: String, help: String?, kind: String) -> String {
    let line = help.map { "# HELP \(name) \(escaped($0.utf8, quotes: false))\n" } ?? ""
    return line + "# TYPE \(name) \(kind)\n"
  }

  static func write(_ name: String, _ labels: String, _ series: PrometheusMetrics.Series, into text: inout String) {
    switch series {
    case .counter(let counter): line(name, labels, "\(counter.value)", into: &text)
    case .sum(let gauge), .gauge(let gauge): write(name, labels, gauge.value, into: &text)
    case .histogram(let histogram):
      let snapshot = histogram.snapshot
      let comma = labels.isEmpty ? "" : ","
      var below = 0
      for (index, count) in snapshot.counts.enumerated() {
        below += count
        let bound = histogram.bounds.indices.contains(index) ? number(histogram.bounds[index]) : "+Inf"
        line("\(name)_bucket", #"\#(labels)\#(comma)le="\#(bound)""#, "\(below)", into: &text)
      }
      line("\(name)_sum", labels, number(snapshot.sum), into: &text)
      line("\(name)_count", labels, "\(below)", into: &text)
    }
  }

  static func write(_ name: String, _ labels: String, _ value: Double, into text: inout String) {
    line(name, labels, number(value), into: &text)
  }

  private static func line(_ name: String, _ labels: String, _ value: String, into text: inout String) {
    text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
    return "\(value)"
  }

  private static func word(_ text: String, allowing others: Set<UInt8>) -> String {
    let bytes = text.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        byte
      default: others.contains(byte) ? byte : UInt8(ascii: "_")
      }
    }
    let word = String(decoding: bytes, as: UTF8.self)
    return word.first.map { $0.isNumber } ?? true ? "_" + word : word
  }

  private static func escaped(_ value: String) -> String {
    escaped(value.utf8.prefix(valueLimit), quotes: true)
  }

  /// Byte by byte: a quotation mark with an accent on it is one character to Swift, and ends the value to everyone else.
  private static func escaped(_ bytes: some Sequence<UInt8>, quotes: Bool) -> String {
    var escaped: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\\"): escaped += #"\\"#.utf8
      case UInt8(ascii: "\n"): escaped += #"\n"#.utf8
      case UInt8(ascii: "\"") where quotes: escaped += #"\""#.utf8
      default: escaped.append(byte)
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }
}
