import COpenSSL

/// A part of a file that needs a password: an encrypted key or a whole PKCS#12.
struct EncryptedPart {
  /// How it is encrypted.
  enum Form {
    /// `EncryptedPrivateKeyInfo` (RFC 5958).
    case pkcs8
    /// A traditional PEM key with `Proc-Type` and `DEK-Info` lines (RFC 1421).
    case traditional(header: String)
    /// PKCS#12 (RFC 7292).
    case pkcs12
  }

  /// Why it stays closed.
  enum Failure: Error {
    case passwordNeeded
    case wrongPassword
    case unsupported(OpenSSLError)
  }

  /// What was inside, as bytes: an OpenSSL object would hang on the library context it was made in.
  enum Content {
    case certificate([UInt8])
    case key(Secret)
  }

  private let form: Form
  private let encrypted: [UInt8]

  init(_ form: Form, _ content: UnsafeRawBufferPointer) {
    self.form = form
    self.encrypted = Array(content)
  }

  /// What is inside. Never asks on the terminal, as OpenSSL by itself would.
  func opened(with password: Secret?) throws(Failure) -> [EncodedPart] {
    var parts: [EncodedPart] = []
    for content in try decrypted(with: password) {
      switch content {
      case .certificate(let der): parts.append(.certificate(der))
      case .key(let secret):
        let part = secret.withBytes { EncodedPart.key($0) }
        // One wrong password in 256 ends in plausible padding, and only shows in a key that makes no sense.
        if case .damaged = part { throw .wrongPassword }
        parts.append(part)
      }
    }
    return parts
  }

  /// Tries with today's algorithms, and with the old ones only when those do not do.
  private func decrypted(with password: Secret?) throws(Failure) -> [Content] {
    OpenSSLError.clear()
    if let contents = attempt(password) { return contents }
    var error = OpenSSLError("decrypting")
    if error.saysUnsupported, let legacy = LegacyAlgorithms() {
      let second = legacy.run {
        // The reasons' texts belong to the provider: they are copied before it goes.
        (contents: attempt(password), error: OpenSSLError("decrypting"))
      }
      if let contents = second.contents { return contents }
      error = second.error
    }
    if error.saysUnsupported { throw .unsupported(error) }
    throw password == nil ? .passwordNeeded : .wrongPassword
  }

  private func attempt(_ password: Secret?) -> [Content]? {
    encrypted.withUnsafeBytes { bytes in
      switch form {
      case .pkcs8: password.flatMap { Self.pkcs8(bytes, $0) }
      case .traditional(let header): password.flatMap { Self.traditional(bytes, header: header, $0) }
      case .pkcs12: PKCS12Reader.contents(of: bytes, password)
      }
    }
  }

  private static func pkcs8(_ bytes: UnsafeRawBufferPointer, _ password: Secret) -> [Content]? {
    guard let encrypted = EncodedPart.parse(bytes, d2i_X509_SIG) else { return nil }
    defer { X509_SIG_free(encrypted) }
    let info = password.withCString { PKCS8_decrypt(encrypted, $0, CInt(clamping: password.count)) }
    guard let info else { return nil }
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    return keyContent(info).map { [$0] }
  }

  private static func traditional(
    _ bytes: UnsafeRawBufferPointer, header: String, _ password: Secret
  ) -> [Content]? {
    // OpenSSL decrypts in place and cuts the header up as it reads.
    var header = header.utf8CString
    var cipher = EVP_CIPHER_INFO()
    let isKnown = header.withUnsafeMutableBufferPointer { PEM_get_EVP_CIPHER_INFO($0.baseAddress, &cipher) }
    guard isKnown == 1 else { return nil }
    var data = Array(bytes)
    defer { cleanse(&data) }
    var count = data.count
    // With a callback of our own OpenSSL has no reason to ask on the terminal.
    var lent = password
    let done = data.withUnsafeMutableBufferPointer { buffer in
      withUnsafeMutablePointer(to: &lent) { lent in
        PEM_do_header(
          &cipher, buffer.baseAddress, &count,
          { buffer, size, _, context in
            guard let buffer, let password = context?.assumingMemoryBound(to: Secret.self).pointee,
              password.count <= Int(size)
            else { return -1 }
            password.withBytes { UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)).copyMemory(from: $0) }
            return CInt(password.count)
          }, lent)
      }
    }
    guard done == 1, count >= 0, count <= data.count else { return nil }
    return data.withUnsafeBytes { [.key(Secret($0.prefix(count)))] }
  }

  /// An unencrypted PKCS#8 as bytes.
  static func keyContent(_ info: OpaquePointer) -> Content? {
    var start: UnsafeMutablePointer<UInt8>?
    let count = i2d_PKCS8_PRIV_KEY_INFO(info, &start)
    guard count > 0, let start else { return nil }
    defer { CRYPTO_clear_free(start, Int(count), #file, #line) }
    return .key(Secret(UnsafeBufferPointer(start: start, count: Int(count))))
  }
}

/// RC2, single DES and other old algorithms that OpenSSL 3 keeps in its legacy provider. They live in a library context
/// of their own, so that the rest of the process never comes to use them.
struct LegacyAlgorithms: ~Copyable {
  private let context: OpaquePointer
  private let providers: (standard: OpaquePointer, legacy: OpaquePointer)

  /// Nil when this OpenSSL comes without its legacy provider.
  init?() {
    guard let context = OSSL_LIB_CTX_new() else { return nil }
    let standard = OSSL_PROVIDER_load(context, "default")
    let legacy = OSSL_PROVIDER_load(context, "legacy")
    guard let standard, let legacy else {
      if let standard { OSSL_PROVIDER_unload(standard) }
      if let legacy { OSSL_PROVIDER_unload(legacy) }
      OSSL_LIB_CTX_free(context)
      OpenSSLError.clear()
      return nil
    }
    self.context = context
    providers = (standard, legacy)
  }

  deinit {
    OSSL_PROVIDER_unload(providers.legacy)
    OSSL_PROVIDER_unload(providers.standard)
    OSSL_LIB_CTX_free(context)
  }

  /// Runs `body` with the context as the default of this thread alone. What `body` returns must not refer to OpenSSL
  /// objects made inside.
  func run<Result>(_ body: () -> Result) -> Result {
    let previous = OSSL_LIB_CTX_set0_default(context)
    defer { OSSL_LIB_CTX_set0_default(previous) }
    return body()
  }
}

/// Takes a PKCS#12 apart bag by bag. OpenSSL's `PKCS12_parse` would keep the first key of several and say nothing.
enum PKCS12Reader {
  /// Certificates and keys; nil when the password does not open it, with the reason in OpenSSL's queue.
  static func contents(of bytes: UnsafeRawBufferPointer, _ password: Secret?) -> [EncryptedPart.Content]? {
    guard let archive = EncodedPart.parse(bytes, d2i_PKCS12) else { return nil }
    defer { PKCS12_free(archive) }
    if let password {
      return password.withCString { contents(of: archive, $0, CInt(clamping: password.count)) }
    }
    // "No password" is written in two ways: none at all, and an empty one.
    return contents(of: archive, nil, 0) ?? contents(of: archive, "", 0)
  }

  private static func contents(
    of archive: OpaquePointer, _ password: UnsafePointer<CChar>?, _ count: CInt
  ) -> [EncryptedPart.Content]? {
    if PKCS12_mac_present(archive) == 1 {
      guard PKCS12_verify_mac(archive, password, count) == 1 else { return nil }
    }
    guard let safes = PKCS12_unpack_authsafes(archive) else { return nil }
    defer { OPENSSL_sk_pop_free(safes) { PKCS7_free($0?.assumingMemoryBound(to: PKCS7.self)) } }
    var contents: [EncryptedPart.Content] = []
    for index in 0..<max(0, OPENSSL_sk_num(safes)) {
      guard let safe = OPENSSL_sk_value(safes, index)?.assumingMemoryBound(to: PKCS7.self) else { continue }
      let bags: OpaquePointer?
      switch OBJ_obj2nid(safe.pointee.type) {
      case NID_pkcs7_data: bags = PKCS12_unpack_p7data(safe)
      case NID_pkcs7_encrypted: bags = PKCS12_unpack_p7encdata(safe, password, count)
      default: continue
      }
      guard let bags else { return nil }
      defer { OPENSSL_sk_pop_free(bags) { PKCS12_SAFEBAG_free(OpaquePointer($0)) } }
      guard add(bags, to: &contents, password, count, depth: 0) else { return nil }
    }
    return contents
  }

  /// False when a bag could not be decrypted.
  private static func add(
    _ bags: OpaquePointer, to contents: inout [EncryptedPart.Content], _ password: UnsafePointer<CChar>?,
    _ count: CInt, depth: Int
  ) -> Bool {
    for index in 0..<max(0, OPENSSL_sk_num(bags)) {
      guard let bag = OPENSSL_sk_value(bags, index).map({ OpaquePointer($0) }) else { continue }
      switch PKCS12_SAFEBAG_get_nid(bag) {
      case NID_keyBag:
        if let info = PKCS12_SAFEBAG_get0_p8inf(bag), let key = EncryptedPart.keyContent(info) { contents.append(key) }
      case NID_pkcs8ShroudedKeyBag:
        guard let info = PKCS12_decrypt_skey(bag, password, count) else { return false }
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        if let key = EncryptedPart.keyContent(info) { contents.append(key) }
      case NID_certBag where PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate:
        guard let pointer = PKCS12_SAFEBAG_get1_cert(bag) else { continue }
        // A certificate with an unreadable date is none.
        guard let certificate = try? Certificate(owning: pointer) else { continue }
        contents.append(.certificate(certificate.der))
      case NID_safeContentsBag where depth < 8:
        if let inner = PKCS12_SAFEBAG_get0_safes(bag) {
          guard add(inner, to: &contents, password, count, depth: depth + 1) else { return false }
        }
      default: continue
      }
    }
    return true
  }
}
