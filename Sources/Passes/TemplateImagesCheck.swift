import JSON
import Liquid
import Tickets

// What can be said of a template's pictures: names that no file has, files that nothing names, and Wallet's rules for
// each of them in its place.
extension PassTemplate {
  /// The choices of `template.yaml`, each mistake in their Liquid a finding.
  static func imageChoices(_ settings: TemplateSettings, _ findings: inout [Finding]) -> [ImageChoice] {
    settings.images.compactMap { image in
      let place = Finding.Place(file: TemplateSettings.fileName, line: image.line, column: image.column)
      do throws(LiquidError) {
        let liquid = try LiquidTemplate(
          image.text, at: LiquidPlace(file: place.file, line: image.line, column: image.column),
          schema: TicketVariables.schema)
        return ImageChoice(slot: image.slot, liquid: liquid, place: place)
      } catch {
        findings.append(Finding(liquid: error, pointer: nil))
        return nil
      }
    }
  }

  /// Files that nobody would expect to be left out.
  static func leftOut(_ files: PassFiles, choices: [ImageChoice]) -> [Finding] {
    let known: Set<String> = [
      TemplateCompiler.fileName, TemplateSettings.fileName, "tooling.json", "manifest.json", "signature",
    ]
    let possible = choices.map(\.liquid.possibleTexts)
    let named = Set(possible.flatMap(\.texts).map(ImageChoice.name))
    // Where a value is printed, any picture may be meant.
    let isListed = possible.allSatisfy(\.isComplete)
    return files.sortedPaths.compactMap { path in
      if isPartOfPass(path) || isHidden(path) || known.contains(path) || path.hasPrefix("samples/")
        || path.hasSuffix(".lproj/pass.strings")
      {
        return nil
      }
      var hint =
        "Wallet knows PNG images, pass.strings and personalization.json; keep other files, keys above all, elsewhere."
      if path.hasPrefix(TemplateImages.folder) {
        if let name = Picture.parts(ofFile: path.dropFirst(TemplateImages.folder.count))?.name {
          if !isListed || named.contains(name) { return nil }
          hint = "Nothing in images: of \(TemplateSettings.fileName) chooses it; name it there, or take it away."
        } else {
          hint = "\(TemplateImages.folder) holds PNG images named with letters, digits, - and _, and no folders."
        }
      }
      return Finding(
        .warning, "template-file-left-out", at: .init(file: path), "no pass will hold this file", hint: hint)
    }
  }

  /// Pictures that the Liquid names and that are not there.
  static func misnamedPictures(_ choices: [ImageChoice], _ pictures: [String: Picture]) -> [Finding] {
    choices.flatMap { choice in
      choice.liquid.possibleTexts.texts.map(ImageChoice.name).sorted().filter { !$0.isEmpty && pictures[$0] == nil }
        .map { missingPicture($0, choice) }
    }
  }

  private static func missingPicture(_ name: String, _ choice: ImageChoice) -> Finding {
    Finding(
      .warning, "picture-missing", at: choice.place,
      "there is no picture \(excerpt(name)) for \(choice.slot.rawValue) in \(TemplateImages.folder)",
      hint: "Add \(TemplateImages.folder)NAME.png, NAME@2x.png and NAME@3x.png, or mend the name; "
        + "passes have the template's own \(choice.slot.rawValue) meanwhile.")
  }

  /// What the samples choose in vain, and what Wallet would say of every picture that is named in the Liquid.
  func pictureFindings(issuer: PassIssuer, images readings: inout ImageReadings) -> [Finding] {
    guard !imageChoices.isEmpty else { return [] }
    var findings: [Finding] = []
    for sample in samples {
      let pass = PassVariables(
        serialNumber: "", isUsed: sample.ticket.state == .used, isVoided: sample.ticket.action == .void)
      let composer = PassComposer(template: self, ticket: sample.ticket, pass: pass, tenant: issuer.tenant)
      // Composing its pass has reported what fails.
      for (choice, name) in zip(imageChoices, (try? composer.pictureNames()) ?? [])
      where !name.isEmpty && images.pictures[name] == nil {
        findings.append(Self.missingPicture(name, choice))
      }
    }
    for (index, choice) in imageChoices.enumerated() {
      for name in choice.liquid.possibleTexts.texts.map(ImageChoice.name).sorted() where images.pictures[name] != nil {
        var names = imageChoices.map { _ in "" }
        names[index] = name
        let assets = images.assets(imageChoices, names)
        findings += WalletRules.fileFindings(in: assets.passFiles, pass: passJSON, images: &readings)
          .filter { assets.origins[$0.place.file] != nil }.map { Self.placedInTemplate($0, assets) }
      }
    }
    return findings
  }

  /// A finding about a picture put where the picture lies in the template.
  static func placedInTemplate(_ finding: Finding, _ assets: PassAssets) -> Finding {
    var moved = finding
    moved.place.file = assets.origins[finding.place.file] ?? finding.place.file
    return moved
  }
}

extension PassAssets {
  fileprivate var passFiles: PassFiles {
    PassFiles(Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.bytes) }))
  }
}
