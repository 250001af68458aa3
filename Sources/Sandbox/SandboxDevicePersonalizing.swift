import Foundation
import JSON
import PassBundle
import Passes

extension SandboxDevice {
  /// Which of the holder's particulars a field of a form is.
  private static let particulars = [
    "PKPassPersonalizationFieldName": ["fullName", "givenName", "familyName"],
    "PKPassPersonalizationFieldEmailAddress": ["emailAddress"],
    "PKPassPersonalizationFieldPhoneNumber": ["phoneNumber"],
    "PKPassPersonalizationFieldPostalCode": ["postalCode", "ISOCountryCode"],
  ]

  /// Has the holder fill in a pass's form, if it comes with one, and sends it. A phone that is to verify passes looks at the
  /// signature that comes back too.
  func personalize(_ pass: SandboxDevicePass) async {
    guard let form = pass.form, let service = pass.service else { return }
    var info = JSONObject()
    for name in form.flatMap({ Self.particulars[$0] ?? [] }) {
      if let text = options.holder[name] { info[name] = .string(text) }
    }
    let token = UUID().uuidString.lowercased()
    let task = SandboxDeviceTask.personalize(service, pass.serialNumber, formToken: token, info: info)
    guard let answer = await perform(task) else { return }
    if let trust = options.trust {
      let (findings, _) = SignatureCheck.check(
        answer.body, over: Array(token.utf8), expecting: .init(passTypeIdentifier: pass.passType), trust: trust,
        now: now() / 1000)
      if let worst = findings.first(where: { $0.severity == .error }) {
        return record(
          .failed(task.name, serialNumber: pass.serialNumber, reason: worst.message, isGivenUp: true))
      }
    }
    record(.personalized(serialNumber: pass.serialNumber))
  }
}
