import Glibc
package import Passes

/// A finished, signed pass: the bytes of a `.pkpass`.
package struct Pkpass: Sendable, Hashable {
  package let bytes: [UInt8]
  package let serialNumber: String
}

/// Seals passes: manifest, signature, archive. The one way in which a pass is ever signed.
///
/// Not `Sendable`: each worker has its own, with its own prepared signing context and its own memory, which is used again
/// from pass to pass.
package final class Sealer {
  private let signature: SignatureLayout
  private let archive = ArchiveWriter()
  /// Keeps the memory that `files` point into.
  private var prepared: PreparedAssets?
  private var files: [PreparedAssets.File]
  private var manifest: [UInt8] = []
  private var names: [String: [CChar]] = [:]

  /// - Parameter prepared: files that have been prepared already, so that several workers can share them.
  /// - Throws: `SealingError` when OpenSSL cannot sign with this identity.
  package init(identity: SigningIdentity, prepared: PreparedAssets? = nil) throws(SealingError) {
    signature = try SignatureLayout(identity: identity, signingTime: 0)
    self.prepared = prepared
    files = prepared?.separateFiles() ?? []
  }

  /// Seals a pass and copies it out.
  package func seal(_ contents: PassContents, at signingTime: Int64) throws(SealingError) -> Pkpass {
    let bytes = try withSealed(contents, at: signingTime) { [UInt8]($0) }
    return Pkpass(bytes: bytes, serialNumber: contents.serialNumber)
  }

  /// Seals a pass and lends its bytes, which are overwritten by the next one.
  ///
  /// - Parameter signingTime: seconds since 1970; iOS wants one in the signature ("Signature must contain a signing
  ///   date"). The same contents at the same time give the same bytes.
  package func withSealed<Result>(
    _ contents: PassContents, at signingTime: Int64, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(SealingError) -> Result {
    try use(contents.assets)
    buildManifest(contents)
    try assemble(contents, signature: signature.sign(manifest: manifest, at: signingTime))
    return body(archive.archive)
  }

  /// Whether `existing` is what sealing these contents with this identity would give, save for the signing time.
  ///
  /// Nothing is taken on trust: the whole archive is built again around the signature found in `existing`, that
  /// signature is verified, and all bytes are compared.
  package func isCurrent(_ existing: UnsafeRawBufferPointer, _ contents: PassContents) throws(SealingError) -> Bool {
    try use(contents.assets)
    buildManifest(contents)
    // The signature is the last file, so it ends where the central directory begins; see `assemble`.
    let placeholder = [UInt8](repeating: 0, count: signature.count)
    try assemble(contents, signature: placeholder)
    guard existing.count == archive.archive.count else { return false }
    let directory = centralDirectorySize(contents)
    let start = existing.count - directory - signature.count
    guard start > 0 else { return false }
    let found = UnsafeRawBufferPointer(rebasing: existing[start..<start + signature.count])
    guard signature.isOwn(found, manifest: manifest) else { return false }
    try assemble(contents, signature: [UInt8](found))
    guard archive.archive.count == existing.count, let ours = archive.archive.baseAddress,
      let theirs = existing.baseAddress
    else { return false }
    return memcmp(ours, theirs, existing.count) == 0
  }

  private func use(_ assets: PassAssets) throws(SealingError) {
    if let prepared, prepared.assets === assets { return }
    let fresh = try PreparedAssets(assets)
    files = fresh.separateFiles()
    prepared = fresh
  }

  /// Central directory and its end record: 46 bytes and the name for each file, 22 bytes at the end (APPNOTE 4.3.12, 4.3.16).
  private func centralDirectorySize(_ contents: PassContents) -> Int {
    let rendered = contents.rendered.map(\.path) + ["manifest.json", "signature"]
    let shared = files.filter { file in !contents.rendered.contains { $0.path == file.path } }.map(\.path)
    return 22 + (rendered + shared).reduce(0) { $0 + 46 + $1.utf8.count }
  }

  /// Paths in the order of their bytes, whether prepared or rendered.
  private func buildManifest(_ contents: PassContents) {
    manifest.removeAll(keepingCapacity: true)
    manifest.append(UInt8(ascii: "{"))
    var next = 0
    func append(_ line: [UInt8]) {
      if manifest.count > 1 { manifest.append(UInt8(ascii: ",")) }
      manifest.append(contentsOf: line)
    }
    for file in contents.rendered {
      while next < files.count, files[next].path.utf8.lexicographicallyPrecedes(file.path.utf8) {
        append(files[next].manifestLine)
        next += 1
      }
      if next < files.count, files[next].path == file.path { next += 1 }
      append(ManifestText.line(path: file.path, sha1: Digest.sha1(file.bytes)))
    }
    for file in files[next...] { append(file.manifestLine) }
    manifest.append(UInt8(ascii: "}"))
  }

  /// The order of the files: what all passes share, what is this pass's own, manifest, signature. So most of one archive
  /// stands where it stood in the one before.
  private func assemble(
    _ contents: PassContents, signature: [UInt8]
  ) throws(SealingError) {
    var stored: [(name: [CChar], bytes: [UInt8])] = []
    stored.reserveCapacity(contents.rendered.count + 2)
    var shared = files
    for file in contents.rendered {
      if let index = shared.firstIndex(where: { $0.path == file.path }) { shared.remove(at: index) }
      stored.append((name(file.path), file.bytes))
    }
    stored.append((name("manifest.json"), manifest))
    stored.append((name("signature"), signature))
    try archive.write(prepared: shared, stored: stored)
  }

  private func name(_ path: String) -> [CChar] {
    if let known = names[path] { return known }
    let name = Array(path.utf8CString)
    names[path] = name
    return name
  }
}
