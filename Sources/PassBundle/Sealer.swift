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
  private let known: DeflatedFiles
  /// Of the pass at hand.
  private var current: PreparedPasses?
  /// By the identity of their assets: one, or one for each choice of pictures.
  private var kept: [ObjectIdentifier: PreparedPasses] = [:]
  private var manifest: [UInt8] = []

  /// Some kilobytes each.
  private static let maximumKept = 512

  /// - Parameter prepared: files that have been prepared already, so that several workers can share them.
  /// - Throws: `SealingError` when OpenSSL cannot sign with this identity.
  package init(identity: SigningIdentity, prepared: PreparedAssets? = nil) throws(SealingError) {
    signature = try SignatureLayout(identity: identity, signingTime: 0)
    known = prepared?.known ?? DeflatedFiles()
    if let prepared {
      let passes = PreparedPasses(prepared)
      kept[ObjectIdentifier(prepared.assets)] = passes
      current = passes
    }
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
    try prepare(for: contents)
    try assemble(contents, signature: signature.sign(manifest: manifest, at: signingTime))
    return body(archive.archive)
  }

  /// Whether `existing` is what sealing these contents with this identity would give, save for the signing time.
  ///
  /// Nothing is taken on trust: the whole archive is built again around the signature found in `existing`, that
  /// signature is verified, and all bytes are compared.
  package func isCurrent(_ existing: UnsafeRawBufferPointer, _ contents: PassContents) throws(SealingError) -> Bool {
    try prepare(for: contents)
    // The signature is the last file, so it ends where the central directory begins; see `assemble`.
    let placeholder = [UInt8](repeating: 0, count: signature.count)
    try assemble(contents, signature: placeholder)
    guard existing.count == archive.archive.count else { return false }
    let directory = current?.plan?.directorySize ?? 0
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

  /// Signs bytes that are no pass: a detached PKCS#7 signature over them, as a pass has one over its manifest.
  ///
  /// Whoever chooses the bytes must not be able to choose a manifest: with its signature it would be a pass.
  package func signature(of bytes: [UInt8], at signingTime: Int64) throws(SealingError) -> [UInt8] {
    try signature.sign(manifest: bytes, at: signingTime)
  }

  // MARK: What stays the same from pass to pass

  private func prepare(for contents: PassContents) throws(SealingError) {
    if current?.prepared.assets !== contents.assets { try turn(to: contents.assets) }
    if current?.plan?.fits(contents) != true { current?.makePlan(for: contents) }
    fillManifest(contents)
  }

  private func turn(to assets: PassAssets) throws(SealingError) {
    let identity = ObjectIdentifier(assets)
    if let passes = kept[identity] {
      current = passes
      return
    }
    let passes = PreparedPasses(try PreparedAssets(assets, known: known))
    if assets.isShared {
      if kept.count >= Self.maximumKept { kept.remove(at: kept.startIndex) }
      kept[identity] = passes
    }
    current = passes
    // The memory of others may have gone, and new ones may have come to lie where they lay.
    archive.forgetResidence()
  }

  private func fillManifest(_ contents: PassContents) {
    manifest.removeAll(keepingCapacity: true)
    guard let plan = current?.plan else { return }
    for (index, file) in contents.rendered.enumerated() {
      manifest.append(contentsOf: plan.manifest[index])
      manifest.appendHexadecimal(sha1Of: file.bytes)
    }
    manifest.append(contentsOf: plan.manifest[contents.rendered.count])
  }

  private func assemble(_ contents: PassContents, signature: [UInt8]) throws(SealingError) {
    guard let plan = current?.plan else { return }
    var stored: [(name: [CChar], bytes: [UInt8])] = []
    stored.reserveCapacity(plan.names.count)
    for (index, file) in contents.rendered.enumerated() { stored.append((plan.names[index], file.bytes)) }
    stored.append((plan.names[contents.rendered.count], manifest))
    stored.append((plan.names[contents.rendered.count + 1], signature))
    try archive.write(prepared: plan.shared, stored: stored)
  }
}

/// What stays the same in passes with the same assets, for one worker.
private final class PreparedPasses {
  /// Keeps the memory that `files` point into.
  let prepared: PreparedAssets
  private let files: [PreparedAssets.File]
  private(set) var plan: SealingPlan?

  init(_ prepared: PreparedAssets) {
    self.prepared = prepared
    files = prepared.separateFiles()
  }

  func makePlan(for contents: PassContents) { plan = SealingPlan(contents, files: files) }
}

/// Which files a pass consists of, worked out once for all passes that render the same ones.
///
/// The order in the archive: what all passes share, what is this pass's own, manifest, signature. So most of one archive
/// stands where it stood in the one before.
private struct SealingPlan {
  /// Of the rendered files.
  private let paths: [String]
  /// The prepared files no rendered one takes the place of.
  let shared: [PreparedAssets.File]
  /// Of the rendered files, of the manifest and of the signature.
  let names: [[CChar]]
  /// The manifest's text before the digest of each rendered file, and after the last.
  let manifest: [[UInt8]]
  /// Central directory and its end record: 46 bytes and the name for each file, 22 bytes at the end (APPNOTE 4.3.12, 4.3.16).
  let directorySize: Int

  init(_ contents: PassContents, files: [PreparedAssets.File]) {
    let paths = contents.rendered.map(\.path)
    let shared = files.filter { !paths.contains($0.path) }
    let stored = paths + ["manifest.json", "signature"]
    self.paths = paths
    self.shared = shared
    names = stored.map { Array($0.utf8CString) }
    directorySize = 22 + (stored + shared.map(\.path)).reduce(0) { $0 + 46 + $1.utf8.count }

    // Paths in the order of their bytes, whether prepared or rendered.
    var pieces: [[UInt8]] = []
    var text: [UInt8] = [UInt8(ascii: "{")]
    var next = 0
    func append(_ line: some Sequence<UInt8>) {
      if text != [UInt8(ascii: "{")] { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: line)
    }
    for path in paths {
      while next < shared.count, shared[next].path.utf8.lexicographicallyPrecedes(path.utf8) {
        append(shared[next].manifestLine)
        next += 1
      }
      append(ManifestText.lineStart(path: path))
      pieces.append(text)
      text = [UInt8(ascii: "\"")]
    }
    for file in shared[next...] { append(file.manifestLine) }
    text.append(UInt8(ascii: "}"))
    manifest = pieces + [text]
  }

  func fits(_ contents: PassContents) -> Bool {
    guard contents.rendered.count == paths.count else { return false }
    for index in paths.indices where contents.rendered[index].path != paths[index] { return false }
    return true
  }
}

extension [UInt8] {
  fileprivate mutating func appendHexadecimal(sha1Of bytes: [UInt8]) {
    let digits: StaticString = "0123456789abcdef"
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Digest.sha1Length) { digest in
      guard let start = digest.baseAddress else { return }
      bytes.withUnsafeBytes { Digest.sha1($0, into: start) }
      for byte in digest {
        append(digits.utf8Start[Int(byte >> 4)])
        append(digits.utf8Start[Int(byte & 15)])
      }
    }
  }
}
