import COpenSSL
import PassBundle

/// One RSA-2048 signature by OpenSSL over 32 bytes, with a prepared context: the limit nothing can beat.
final class RawSignature {
  private let context: OpaquePointer
  private var digest = [UInt8](repeating: 7, count: 32)
  private var signature = [UInt8](repeating: 0, count: 256)

  struct Failed: Error {}

  init(key: PrivateKey) throws {
    let context = key.withPointer { EVP_PKEY_CTX_new_from_pkey(nil, $0, nil) }
    guard let context, EVP_PKEY_sign_init(context) == 1,
      passmint_EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1,
      EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1
    else { throw Failed() }
    self.context = context
  }

  deinit { EVP_PKEY_CTX_free(context) }

  func sign() {
    digest[0] &+= 1
    var length = signature.count
    guard EVP_PKEY_sign(context, &signature, &length, digest, digest.count) == 1 else { fatalError("signing failed") }
  }
}
