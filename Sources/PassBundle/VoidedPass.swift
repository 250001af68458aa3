import JSON
package import Passes

extension PassContents {
  /// A finished pass made void: what it says stays, `voided` is set, and nothing brings it to the lock screen any more.
  ///
  /// For a cancellation that says too little to compose the pass anew.
  ///
  /// - Parameter pictures: what the template has for voided passes; where it has nothing, the pass keeps what it has.
  /// - Returns: nil when `archive` is not the pass of this serial number.
  package init?(voiding archive: [UInt8], serialNumber: String, pictures: [ImageSlot: Picture] = [:]) {
    var files = ArchiveReader.read(archive, name: "pass.pkpass").files
    guard let json = files["pass.json"], let voided = Self.voided(passJSON: json, serialNumber: serialNumber) else {
      return nil
    }
    for path in ["pass.json", "manifest.json", "signature"] { files[path] = nil }
    for (slot, picture) in pictures { files.put(picture, in: slot) }
    self.init(
      assets: PassAssets(files, isShared: false),
      rendered: [.init(path: "pass.json", bytes: voided)], serialNumber: serialNumber, isVoided: true)
  }

  /// `pass.json` made void.
  ///
  /// - Returns: nil when it is not that of this serial number.
  package static func voided(passJSON: [UInt8], serialNumber: String) -> [UInt8]? {
    guard let value = try? JSONValue(parsing: passJSON), var pass = value.object,
      pass["serialNumber"]?.stringValue == serialNumber
    else { return nil }
    pass["voided"] = .bool(true)
    for key in ["relevantDate", "relevantDates", "locations", "beacons"] { pass[key] = nil }
    return JSONValue.object(pass).serialized()
  }
}
