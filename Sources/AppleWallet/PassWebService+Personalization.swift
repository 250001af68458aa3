package import Issuance
import JSON
import Passes

extension PassWebService {
  /// What Apple lets a form ask for (https://developer.apple.com/documentation/walletpasses/personalizationdictionary).
  private static let infoNames = [
    "emailAddress", "familyName", "fullName", "givenName", "ISOCountryCode", "phoneNumber", "postalCode",
  ]
  private static let infoLimit = 500
  private static let personalizationTokenLimit = 1_000

  /// Keeps what a holder entered into a pass's form, and answers with the signature that makes the phone add the pass
  /// (https://developer.apple.com/documentation/walletpasses/personalize). The pass changes by it, and is pushed.
  ///
  /// Apple documents no header for it. One that comes has to be right; without one, only a pass that comes with a form
  /// is answered for. Asked again, since the answer was lost, it signs again and keeps what was entered first.
  ///
  /// - Parameter body: `{"personalizationToken":"…","requiredPersonalizationInfo":{…}}`.
  /// - Returns: a detached PKCS#7 signature of the token.
  /// - Throws: `unauthorized` for a wrong token, a pass that is not there and one without a form alike.
  package func personalize(
    _ serialNumber: String, passType: String, authorization: String?, body: [UInt8], of tenant: Tenant,
    correlationID: String
  ) async throws(Failure) -> [UInt8] {
    let (token, info) = try Self.entry(body)
    let record = try await pass(
      serialNumber, passType: passType, authorization: authorization, of: tenant, isOpen: true)
    guard try await hasForm(record) else { throw .unauthorized }
    let signature: [UInt8]
    do throws(IssuingError) {
      signature = try await service.signature(of: Array(token.utf8), by: tenant)
    } catch {
      throw .issuing(error)
    }
    do throws(StoreError) {
      let outcome = try await service.store.personalize(
        serialNumber: serialNumber, tenant: tenant.id, info: info, correlationID: correlationID, at: clock())
      if outcome == .new { service.wakePushes() }
    } catch {
      throw .store(error)
    }
    return signature
  }

  /// A pass that was personalized had one.
  private func hasForm(_ record: PassRecord) async throws(Failure) -> Bool {
    if record.personalization != nil { return true }
    do throws(IssuingError) {
      return try await service.assets(of: record)?.hasForm ?? false
    } catch {
      throw .issuing(error)
    }
  }

  private static func entry(_ body: [UInt8]) throws(Failure) -> (token: String, info: String) {
    guard let document = try? JSONValue(parsing: body), let token = document["personalizationToken"]?.stringValue,
      let entered = document["requiredPersonalizationInfo"]?.object
    else { throw .malformed(#"The body is {"personalizationToken": "…", "requiredPersonalizationInfo": {…}}."#) }
    // Anybody chooses what is signed here. A manifest begins with a brace: with its signature it would be a pass.
    guard (1...personalizationTokenLimit).contains(token.utf8.count), token.utf8.allSatisfy(\.isTokenCharacter) else {
      throw .malformed("The personalization token is not of letters, digits and - . _ ~ + / = : alone.")
    }
    var info = JSONObject()
    for name in infoNames {
      guard let value = entered[name], value != .null else { continue }
      guard let text = value.stringValue, text.count <= infoLimit else {
        throw .malformed("\(name) is no text of at most \(infoLimit) characters.")
      }
      info[name] = .string(text)
    }
    return (token, String(decoding: JSONValue.object(info).serialized(), as: UTF8.self))
  }
}

extension UInt8 {
  fileprivate var isTokenCharacter: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x2B, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x5F, 0x7E: true
    default: false
    }
  }
}
