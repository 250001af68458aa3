import COpenSSL

/// All certificates and keys of one or more files, told apart by what they hold and not by what they are called.
struct IdentityPieces {
  /// A private key and where it was.
  struct Key {
    let key: PrivateKey
    let file: String
    /// Permission bits of the file.
    let mode: UInt32
  }

  /// Each certificate once, with the file it was first seen in.
  private(set) var certificates: [(certificate: Certificate, file: String)] = []
  private(set) var keys: [Key] = []
  /// Everything in the order it was found, for telling people.
  private(set) var found: [IdentityPiece] = []
  /// Why a file stayed closed. It matters only when something is missing.
  private(set) var locked: IdentityError?

  private let password: Secret?

  init(password: Secret?) {
    self.password = password
  }

  /// Reads all files of a folder.
  mutating func addFolder(_ path: String, names: [String]) {
    for name in names {
      do throws(IdentityError) {
        try addFile("\(path)/\(name)", name: name)
      } catch {
        if case .unreadable(_, let reason) = error { note(name, .unreadable(reason)) }
      }
    }
  }

  /// Reads one file: PEM with any number of parts, a certificate, a key or PKCS#12 in DER.
  mutating func addFile(_ path: String, name: String) throws(IdentityError) {
    var file = try IdentityFile(at: path)
    defer { cleanse(&file.bytes) }
    let isDER = file.bytes.first == 0x30
    for part in isDER ? EncodedPart.parts(ofDER: file.bytes) : EncodedPart.parts(ofPEM: file.bytes) {
      add(part, file: name, mode: file.mode)
    }
  }

  private mutating func add(_ part: EncodedPart, file: String, mode: UInt32) {
    switch part {
    case .certificate(let der): addCertificate(der, file: file)
    case .key(let key): addKey(key, file: file, mode: mode)
    case .encrypted(let encrypted):
      do throws(EncryptedPart.Failure) {
        for part in try encrypted.opened(with: password) { add(part, file: file, mode: mode) }
      } catch {
        switch error {
        case .passwordNeeded:
          note(file, .encrypted)
          locked = locked ?? .passwordNeeded(file: file)
        case .wrongPassword:
          note(file, .otherPassword)
          locked = locked ?? .wrongPassword(file: file)
        case .unsupported(let reason):
          note(file, .unsupported)
          locked = locked ?? .unsupportedEncryption(file: file, reason)
        }
      }
    case .damaged(let error): note(file, .damaged(error))
    case .unknown: note(file, .unknown)
    }
  }

  private mutating func addCertificate(_ der: [UInt8], file: String) {
    do throws(OpenSSLError) {
      let certificate = try Certificate(der: der)
      note(file, .certificate(certificate))
      // The same certificate twice, as in a folder with pass.cer and a .p12 made from it, is one.
      if !certificates.contains(where: { $0.certificate == certificate }) { certificates.append((certificate, file)) }
    } catch {
      note(file, .damaged(error))
    }
  }

  private mutating func addKey(_ key: PrivateKey, file: String, mode: UInt32) {
    note(file, .key(algorithm: key.algorithm, bits: key.bits))
    if !keys.contains(where: { $0.key.isSame(as: key) }) { keys.append(Key(key: key, file: file, mode: mode)) }
  }

  private mutating func note(_ file: String, _ content: IdentityPiece.Content) {
    found.append(IdentityPiece(file: file, content: content))
  }
}
