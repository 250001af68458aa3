import PassBundle
import Passes
import Synchronization

/// The SHA-256 of files that passes share, worked out once for each template and choice of pictures.
final class AssetDigests: Sendable {
  /// Holds the files too: as long as they live, no others have their identity.
  private let known = Mutex<[ObjectIdentifier: (assets: PassAssets, digest: [UInt8])]>([:])

  /// More than a service's templates have; those of configurations that were replaced go by the way.
  private static let maximum = 4096

  func digest(of assets: PassAssets) -> [UInt8] {
    let identity = ObjectIdentifier(assets)
    if let digest = known.withLock({ $0[identity]?.digest }) { return digest }
    let digest = Digest.sha256(PackedFiles.pack(assets.files))
    if assets.isShared {
      known.withLock { known in
        if known.count >= Self.maximum { known.removeAll() }
        known[identity] = (assets, digest)
      }
    }
    return digest
  }
}
