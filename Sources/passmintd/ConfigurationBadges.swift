import Foundation
import Server

extension ConfigurationReading {
  /// Apple's artwork by language.
  func badges(_ value: ConfigurationValue) -> [String: ServerSettings.Badge] {
    guard let path = path(value) else { return [:] }
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      report(.error, at: value, "\(path) is no folder that can be read")
      return [:]
    }
    var badges: [String: ServerSettings.Badge] = [:]
    for entry in entries.sorted() where !entry.hasPrefix(".") {
      guard let match = entry.wholeMatch(of: /([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.(svg|png)/) else {
        report(.warning, at: value, "\(entry) is not used: artwork is called as its language, en.svg or fr-CA.png")
        continue
      }
      let (language, ending) = (String(match.1), String(match.2))
      do throws(ConfigurationFault) {
        let badge = try Self.badge(ending, ConfigurationText.bytes(ofFile: "\(path)/\(entry)"))
        if badges.updateValue(badge, forKey: language) != nil {
          throw ConfigurationFault("is a second picture for \(language): leave one of them")
        }
      } catch {
        report(.error, at: value, "\(entry) \(error.sentence)")
      }
    }
    return badges
  }

  private static func badge(_ ending: String, _ bytes: [UInt8]) throws(ConfigurationFault) -> ServerSettings.Badge {
    if ending == "png" {
      guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
        throw ConfigurationFault("is no PNG picture")
      }
      return ServerSettings.Badge(mediaType: "image/png", bytes: bytes)
    }
    guard bytes.firstRange(of: Array("<svg".utf8)) != nil else { throw ConfigurationFault("is no SVG picture") }
    return ServerSettings.Badge(mediaType: "image/svg+xml", bytes: bytes)
  }
}
