extension JSONValue {
  /// Reads one JSON text. Strict, except for what `options` allows.
  package init(parsing bytes: some Collection<UInt8>, options: JSONOptions = JSONOptions()) throws(JSONError) {
    let result = bytes.withContiguousStorageIfAvailable { buffer in
      Result { () throws(JSONError) in try JSONValue(parsing: buffer, options: options) }
    }
    if let result {
      self = try result.get()
    } else {
      self = try Array(bytes).withUnsafeBufferPointer { (buffer) throws(JSONError) in
        try JSONValue(parsing: buffer, options: options)
      }
    }
  }

  /// The same over memory that someone else owns, without a copy.
  package init(parsing bytes: UnsafeBufferPointer<UInt8>, options: JSONOptions = JSONOptions()) throws(JSONError) {
    var parser = JSONParser(bytes, options: options)
    self = try parser.document()
  }
}

/// A JSON text together with its source, so that a message about a value can name its line and column.
package struct JSONDocument: Sendable {
  package let value: JSONValue
  private let bytes: [UInt8]
  private let options: JSONOptions

  package init(parsing bytes: some Collection<UInt8>, options: JSONOptions = JSONOptions()) throws(JSONError) {
    self.bytes = Array(bytes)
    self.options = options
    value = try JSONValue(parsing: self.bytes, options: options)
  }

  /// Where the value of a JSON Pointer starts (line and column from 1); nil when there is no such value.
  ///
  /// Walks the text once more, so it is for messages rather than for loops.
  package func position(of pointer: String) -> (line: Int, column: Int)? {
    guard let tokens = pointerTokens(pointer) else { return nil }
    return bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(buffer, options: options)
      guard let offset = try? parser.offset(of: tokens[...]) else { return nil }
      return lineAndColumn(of: offset, in: buffer)
    }
  }
}
