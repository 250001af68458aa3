package import Tickets
import Liquid
import Synchronization

/// Liquid of `template.yaml` that chooses a picture for a slot. A class, as `TemplateLeaf` is.
final class ImageChoice: Sendable {
  let slot: ImageSlot
  let liquid: LiquidTemplate
  let place: Finding.Place

  init(slot: ImageSlot, liquid: LiquidTemplate, place: Finding.Place) {
    self.slot = slot
    self.liquid = liquid
    self.place = place
  }
}

/// The pictures that passes may have in place of the template's own, and the files that come of each choice.
///
/// Shared by all copies of a template: each set of files is put together once, and what others work out from it (digests,
/// deflated bytes) can be kept by its identity.
final class TemplateImages: Sendable {
  /// Where the pictures lie. What is there gets into a pass by being chosen, and by no other way.
  static let folder = "images/"

  /// By their names.
  let pictures: [String: Picture]
  /// The files of a pass for which nothing was chosen.
  let own: PassAssets
  private let sets = Mutex<[[String]: PassAssets]>([:])

  /// More sets than this are not kept. Each has some tens of references to files, the bytes are shared.
  private static let maximumSets = 4096

  init(pictures: [String: Picture], own: PassAssets) {
    self.pictures = pictures
    self.own = own
  }

  /// The pictures of a template's `images` folder. Folders inside of it are not looked into.
  static func pictures(in files: PassFiles) -> [String: Picture] {
    var pictures: [String: Picture] = [:]
    for (path, bytes) in files.contents where path.hasPrefix(folder) {
      guard let (name, ending) = Picture.parts(ofFile: path.dropFirst(folder.count)) else { continue }
      pictures[name, default: Picture(name: name, files: [:])].files[ending] = bytes
    }
    return pictures
  }

  /// The files of passes with these pictures.
  ///
  /// - Parameters:
  ///   - choices: the slots, in the order of `names`.
  ///   - names: of pictures; where there is none of the name, the template's own stays.
  func assets(_ choices: [ImageChoice], _ names: [String]) -> PassAssets {
    if names.allSatisfy({ pictures[$0] == nil }) { return own }
    let known = names.map { pictures[$0] == nil ? "" : $0 }
    if let made = sets.withLock({ $0[known] }) { return made }
    let fresh = makeAssets(choices, known)
    return sets.withLock { sets in
      // Another worker may have been faster.
      if let made = sets[known] { return made }
      if sets.count >= Self.maximumSets { sets.remove(at: sets.startIndex) }
      sets[known] = fresh
      return fresh
    }
  }

  private func makeAssets(_ choices: [ImageChoice], _ names: [String]) -> PassAssets {
    var files = PassFiles()
    for file in own.files { files[file.path] = file.bytes }
    var origins: [String: String] = [:]
    for (choice, name) in zip(choices, names) {
      guard let picture = pictures[name] else { continue }
      for (ending, path) in files.put(picture, in: choice.slot) { origins[path] = Self.folder + name + ending }
    }
    return PassAssets(files, origins: origins)
  }
}

// MARK: - Choosing

extension PassComposer {
  /// The files that all passes with the same pictures share.
  func assets() throws(CompositionError) -> PassAssets {
    if template.imageChoices.isEmpty { return template.assets }
    return template.images.assets(template.imageChoices, try pictureNames())
  }

  /// For each choice what its Liquid says; there need not be a picture of that name.
  func pictureNames() throws(CompositionError) -> [String] {
    var names: [String] = []
    names.reserveCapacity(template.imageChoices.count)
    for choice in template.imageChoices {
      do throws(LiquidError) {
        names.append(ImageChoice.name(in: try choice.liquid.render(contexts[0])))
      } catch {
        throw CompositionError(
          reason: .liquid("\(error.kind)"),
          place: .init(file: choice.place.file, line: error.place.line, column: error.place.column))
      }
    }
    return names
  }
}

extension ImageChoice {
  /// What was rendered without the white space around it, as a block of YAML has it.
  static func name(in text: String) -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    guard let first = text.utf8.first, let last = text.utf8.last, isSpace(first) || isSpace(last) else { return text }
    var trimmed = text.utf8.drop(while: isSpace)
    while let last = trimmed.last, isSpace(last) { trimmed.removeLast() }
    return String(Substring(trimmed))
  }
}

extension PassTemplate {
  /// The pictures chosen for a ticket, whatever else can or cannot be said of it; empty when choosing fails.
  package func pictures(
    for ticket: Ticket, issuer: PassIssuer, serialNumber: String, isVoided: Bool
  ) -> [ImageSlot: Picture] {
    if imageChoices.isEmpty { return [:] }
    let pass = PassVariables(serialNumber: serialNumber, isUsed: ticket.state == .used, isVoided: isVoided)
    let composer = PassComposer(template: self, ticket: ticket, pass: pass, tenant: issuer.tenant)
    let names = (try? composer.pictureNames()) ?? []
    var pictures: [ImageSlot: Picture] = [:]
    for (choice, name) in zip(imageChoices, names) { pictures[choice.slot] = images.pictures[name] }
    return pictures
  }
}
