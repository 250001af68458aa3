import COpenSSL

extension PrivateKey {
  /// A new RSA key of 2048 bits.
  static func rsa2048() throws(OpenSSLError) -> PrivateKey {
    guard let pointer = passmint_EVP_RSA_gen(2048) else { throw OpenSSLError("making an RSA key") }
    return PrivateKey(owning: pointer)
  }

  /// The key as unencrypted PKCS#8 in PEM. Whoever is done with the bytes cleanses them.
  var pem: [UInt8] {
    guard let bio = BIO_new(BIO_s_secmem()) else { return [] }
    defer { BIO_free(bio) }
    return withPointer { PEM_write_bio_PKCS8PrivateKey(bio, $0, nil, nil, 0, nil, nil) } == 1 ? contents(of: bio) : []
  }

  /// Lends `pem` for the time of `body`, which must not keep it: for a TLS library that reads keys for itself. The bytes
  /// are overwritten afterwards.
  package func withPEM<Result, Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var bytes = pem
    defer { cleanse(&bytes) }
    return try body(bytes)
  }
}
