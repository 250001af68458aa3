/// A pass before it is signed: everything that goes into the archive but the manifest and the signature.
package struct PassContents: Sendable {
  /// The files that passes share: images, strings without Liquid.
  package let assets: PassAssets
  /// The files made for this ticket, in the order of their paths: `pass.json`, and strings that say something of their
  /// own. A file here takes the place of the asset of the same path.
  package let rendered: [PassAssets.File]
  package let serialNumber: String
  package let isVoided: Bool

  /// - Parameter rendered: in the order of their paths' UTF-8 bytes.
  package init(assets: PassAssets, rendered: [PassAssets.File], serialNumber: String, isVoided: Bool) {
    self.assets = assets
    self.rendered = rendered
    self.serialNumber = serialNumber
    self.isVoided = isVoided
  }

  /// All files together.
  package var files: PassFiles {
    var all: [String: [UInt8]] = [:]
    for file in assets.files { all[file.path] = file.bytes }
    for file in rendered { all[file.path] = file.bytes }
    return PassFiles(all)
  }
}

/// The files of a template that passes made from it share: all of them, or those with the same pictures.
///
/// A class, so that what is worked out from them once (digests, deflated bytes) can be kept by identity.
package final class PassAssets: Sendable {
  package struct File: Sendable, Hashable {
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// In the order of their paths' UTF-8 bytes.
  package let files: [File]
  /// Where in the template a file lies that has another path there: `strip.png` may be `images/strip-used.png`.
  package let origins: [String: String]
  /// Whether other passes will have the very same files, so that keeping what is worked out from them pays.
  package let isShared: Bool

  package init(_ files: PassFiles, origins: [String: String] = [:], isShared: Bool = true) {
    self.files = files.sortedPaths.map { File(path: $0, bytes: files[$0] ?? []) }
    self.origins = origins
    self.isShared = isShared
  }
}

/// Who issues: what the signing identity and the tenant add to every pass.
package struct PassIssuer: Sendable, Hashable {
  /// The certificate's pass type; takes the place of the template's.
  package var passTypeIdentifier: String
  /// The certificate's team; takes the place of the template's.
  package var teamIdentifier: String
  /// The tenant's name, `tenant.name` in templates.
  package var tenant: String
  /// Base of Apple's update service; without it a pass can never be updated after it was added to a phone.
  package var webServiceURL: String?

  package init(
    passTypeIdentifier: String, teamIdentifier: String, tenant: String, webServiceURL: String? = nil
  ) {
    self.passTypeIdentifier = passTypeIdentifier
    self.teamIdentifier = teamIdentifier
    self.tenant = tenant
    self.webServiceURL = webServiceURL
  }
}

/// A ticket could not become a pass that Wallet would take.
package struct CompositionError: Error, Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    /// The template failed while rendering (a division by zero, a limit).
    case liquid(String)
    /// A key that Wallet insists on came out empty.
    case requiredEmpty
    /// Not `YYYY-MM-DDThh:mm:ss±hh:mm`.
    case notADate(String)
    case notANumber(String)
    case notABoolean(String)
    /// Not `rgb(r, g, b)`.
    case notAColor(String)
    /// The barcode's message has a character that `messageEncoding` cannot carry.
    case barcodeCharacter(String, encoding: String)
    /// The barcode's format cannot show this message.
    case barcodeMessage(String, format: String)
  }

  package let reason: Reason
  /// Where in the template.
  package let place: Finding.Place
}

extension CompositionError {
  /// What is wrong and what to do, without the place.
  package var sentence: String {
    switch reason {
    case .liquid(let message): message
    case .requiredEmpty: "comes out empty for this ticket, and Wallet refuses a pass without it; give it a default"
    case .notADate(let text):
      "\(text) is not a date for Wallet; use a date variable alone, or write YYYY-MM-DDThh:mm:ss+hh:mm"
    case .notANumber(let text): "\(text) is not a number"
    case .notABoolean(let text): "\(text) is neither true nor false"
    case .notAColor(let text): "\(text) is not a colour; write rgb(r, g, b)"
    case .barcodeCharacter(let character, let encoding):
      "the barcode's \(character) cannot be carried by messageEncoding \(encoding); use utf-8 if your scanners read it"
    case .barcodeMessage(let message, let format): "\(format) cannot show \(message); choose another format"
    }
  }
}
