import COpenSSL

/// One part of a file: what a PEM block or a DER file holds.
enum EncodedPart {
  case certificate([UInt8])
  case key(PrivateKey)
  case encrypted(EncryptedPart)
  case damaged(OpenSSLError)
  case unknown

  /// The PEM blocks of a text, whatever stands between them. A text without any is `unknown`.
  static func parts(ofPEM bytes: [UInt8]) -> [EncodedPart] {
    var parts: [EncodedPart] = []
    bytes.withUnsafeBytes { buffer in
      guard let bio = BIO_new_mem_buf(buffer.baseAddress, CInt(clamping: buffer.count)) else { return }
      defer { BIO_free(bio) }
      while true {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        OpenSSLError.clear()
        guard PEM_read_bio(bio, &name, &header, &data, &count) == 1, let name, let header, let data else {
          let error = OpenSSLError("reading PEM")
          // "no start line" is how OpenSSL says that there are no more blocks.
          if !error.reasons.contains(where: { $0.reason == "no start line" }) { parts.append(.damaged(error)) }
          return
        }
        defer {
          CRYPTO_free(name, #file, #line)
          CRYPTO_free(header, #file, #line)
          CRYPTO_clear_free(data, count, #file, #line)
        }
        let content = UnsafeRawBufferPointer(start: data, count: count)
        if let part = part(label: String(cString: name), header: String(cString: header), content) {
          parts.append(part)
        }
      }
    }
    return parts.isEmpty ? [.unknown] : parts
  }

  /// Nil for blocks that say nothing about an identity, such as `EC PARAMETERS`.
  private static func part(label: String, header: String, _ content: UnsafeRawBufferPointer) -> EncodedPart? {
    switch label {
    case "CERTIFICATE", "X509 CERTIFICATE": return .certificate(Array(content))
    case "ENCRYPTED PRIVATE KEY": return .encrypted(EncryptedPart(.pkcs8, content))
    case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY":
      if header.contains("ENCRYPTED") { return .encrypted(EncryptedPart(.traditional(header: header), content)) }
      return key(content)
    default: return nil
    }
  }

  /// A DER file is one of four things, and no two of them can be mistaken for each other.
  static func parts(ofDER bytes: [UInt8]) -> [EncodedPart] {
    bytes.withUnsafeBytes { content in
      if let parsed = parse(content, d2i_X509) {
        X509_free(parsed)
        return [.certificate(bytes)]
      }
      if let parsed = parse(content, d2i_PKCS12) {
        PKCS12_free(parsed)
        return [.encrypted(EncryptedPart(.pkcs12, content))]
      }
      if let parsed = parse(content, d2i_X509_SIG) {
        X509_SIG_free(parsed)
        return [.encrypted(EncryptedPart(.pkcs8, content))]
      }
      if case .key(let key) = key(content) { return [.key(key)] }
      OpenSSLError.clear()
      return [.unknown]
    }
  }

  /// A key in DER: PKCS#8 or the traditional form of its algorithm.
  static func key(_ content: UnsafeRawBufferPointer) -> EncodedPart {
    OpenSSLError.clear()
    guard let pointer = parse(content, { d2i_AutoPrivateKey($0, $1, $2) }) else {
      return .damaged(OpenSSLError("reading the private key"))
    }
    return .key(PrivateKey(owning: pointer))
  }

  /// Runs one of OpenSSL's `d2i` functions over all of `content`.
  static func parse<Parsed>(
    _ content: UnsafeRawBufferPointer,
    _ d2i: (UnsafeMutablePointer<Parsed?>?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, Int) -> Parsed?
  ) -> Parsed? {
    var position = content.baseAddress?.assumingMemoryBound(to: UInt8.self)
    return d2i(nil, &position, content.count)
  }
}

extension PrivateKey {
  /// Whether both are the same key.
  func isSame(as other: PrivateKey) -> Bool {
    defer { OpenSSLError.clear() }
    return withPointer { mine in other.withPointer { EVP_PKEY_eq(mine, $0) == 1 } }
  }
}
