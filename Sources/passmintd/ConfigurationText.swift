import Foundation
import Yams

/// What is wrong with a text, and where in it.
struct ConfigurationFault: Error {
  var line: Int?
  var column: Int?
  let sentence: String

  init(line: Int? = nil, column: Int? = nil, _ sentence: String) {
    self.line = line
    self.column = column
    self.sentence = sentence
  }
}

/// A configuration's YAML, made into nodes that know their places.
struct ConfigurationText {
  /// Bytes of a file.
  static let sizeLimit = 1 << 20
  /// So many keys that stand twice are found in one reading.
  private static let mostRepetitions = 20

  private(set) var root: Node?
  /// Keys that had to be written differently so that all of the file could be read: the name that really stands there, by
  /// the one the node has.
  private var renamed: [String: String] = [:]

  /// What a file holds, if it is text and not too long.
  static func contents(ofFile path: String) throws(ConfigurationFault) -> String {
    guard let text = String(validating: try bytes(ofFile: path), as: UTF8.self) else {
      throw ConfigurationFault("is not UTF-8: save it as UTF-8")
    }
    return text
  }

  /// A file's bytes, if there are no more than `sizeLimit`.
  static func bytes(ofFile path: String) throws(ConfigurationFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ConfigurationFault("cannot be read: \(String(cString: strerror(errno)))") }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let data: Data
    do {
      data = try handle.read(upToCount: sizeLimit + 1) ?? Data()
    } catch {
      throw ConfigurationFault("cannot be read: is it a folder?")
    }
    guard data.count <= sizeLimit else { throw ConfigurationFault("is larger than a megabyte") }
    return Array(data)
  }

  init(yaml: String) throws(ConfigurationFault) {
    if let place = Self.reference(in: yaml) {
      throw ConfigurationFault(
        line: place.line, column: place.column,
        "references (*name) are not read here: write the value out, in quotes if it is one")
    }
    var scalars: [Unicode.Scalar]?
    var yaml = yaml
    for round in 0...Self.mostRepetitions {
      do {
        root = try Yams.compose(yaml: yaml)
        return
      } catch {
        let fault = Self.fault(error)
        guard case .duplicatedKeysInMapping(let names, let context)? = error as? YamlError, let name = names.first,
          round < Self.mostRepetitions
        else { throw fault }
        // Yams stops at a key that stands twice. Its first letter becomes one that nobody writes, so that the rest can be
        // read and nothing else moves.
        var text = scalars ?? Array(yaml.unicodeScalars)
        guard let stand = Unicode.Scalar(0xE000 + round),
          var index = Self.index(line: context.mark.line, column: context.mark.column, in: text)
        else { throw fault }
        if text[index] == "\"" || text[index] == "'" { index += 1 }
        guard index < text.count, let first = name.unicodeScalars.first, text[index] == first else { throw fault }
        text[index] = stand
        renamed["\(stand)\(String(String.UnicodeScalarView(name.unicodeScalars.dropFirst())))"] = name
        yaml = String(String.UnicodeScalarView(text))
        scalars = text
      }
    }
  }

  /// A key as it stands in the file.
  func name(of key: Node.Scalar) -> String { renamed[key.string] ?? key.string }

  /// The first reference to an anchor. References to references grow without end, and a configuration needs none.
  static func reference(in text: String) -> (line: Int, column: Int)? {
    var line = 1
    var column = 0
    // What stands before, blanks left out; a reference stands where a value begins.
    var before: Unicode.Scalar = "-"
    var isComment = false
    var star: Int?
    for scalar in text.unicodeScalars {
      column += 1
      if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
        if scalar == "\n" { (line, column) = (line + 1, 0) }
        (before, isComment, star) = ("-", false, nil)
        continue
      }
      if isComment { continue }
      if let star, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-" {
        return (line, star)
      }
      star = nil
      if scalar == "#", before == "-" { isComment = true }
      if scalar == "*", "-:?[{,".unicodeScalars.contains(before) { star = column }
      if scalar != " ", scalar != "\t" { before = scalar }
    }
    return nil
  }

  private static func index(line: Int, column: Int, in text: [Unicode.Scalar]) -> Int? {
    var start = 0
    for _ in 1..<max(1, line) {
      guard let end = text[start...].firstIndex(of: "\n") else { return nil }
      start = end + 1
    }
    let index = start + column - 1
    return text.indices.contains(index) ? index : nil
  }

  private static func fault(_ error: any Error) -> ConfigurationFault {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ConfigurationFault(line: mark.line, column: mark.column, "is no YAML: \(problem)")
    case .duplicatedKeysInMapping(_, let context):
      ConfigurationFault(line: context.mark.line, column: context.mark.column, "a key stands here twice")
    case .reader(let problem, _, _, _): ConfigurationFault("is no YAML: \(problem)")
    default: ConfigurationFault("is no YAML")
    }
  }
}
