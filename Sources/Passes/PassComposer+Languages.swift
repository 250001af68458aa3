import Liquid

// What is said otherwise in other languages.
extension PassComposer {
  /// What `pass.json` says for a text that other languages may say otherwise: the text itself, which then is the key of
  /// the translations. On a phone in none of the languages the text itself is what shows.
  ///
  /// Where the same words stand for something else too, spaces without width make them another key.
  mutating func translated(_ leaf: TemplateLeaf, _ text: String) throws(CompositionError) -> String {
    guard contexts.count > 1 else { return text }
    // Empty until a language differs: most texts do not.
    var texts: [String] = []
    if hasTranslations || leaf.usesLanguage {
      for index in 1..<contexts.count {
        let other = try render(leaf, contexts[index])
        if texts.isEmpty {
          if other == text { continue }
          texts = Array(repeating: text, count: index)
        }
        texts.append(other)
      }
    }
    var key = text
    if texts.isEmpty {
      while translatedKeys.contains(key) { key += "\u{200B}" }
      plainTexts.append(key)
    } else {
      if let known = translatedTexts.firstIndex(of: texts) { return translatedKeys[known] }
      while template.takenKeys.contains(key) || plainTexts.contains(key) || translatedKeys.contains(key) {
        key += "\u{200B}"
      }
      translatedKeys.append(key)
      translatedTexts.append(texts)
    }
    return key
  }

  /// `pass.json` and the strings that are this ticket's own, in the order of their paths.
  mutating func files() throws(CompositionError) -> [PassAssets.File] {
    json.append(UInt8(ascii: "}"))
    var files: [PassAssets.File] = []
    for (index, strings) in template.strings.enumerated() {
      guard !strings.liquid.isEmpty || !translatedKeys.isEmpty, strings.hasFolder else { continue }
      var bytes = strings.fixed
      for (key, liquid, place) in strings.liquid {
        do {
          StringsFile.append(key: key, value: try liquid.render(contexts[index]), to: &bytes)
        } catch {
          throw CompositionError(reason: .liquid("\(error.kind)"), place: place)
        }
      }
      for (key, texts) in zip(translatedKeys, translatedTexts) {
        StringsFile.append(key: key, value: texts[index], to: &bytes)
      }
      files.append(PassAssets.File(path: strings.path, bytes: bytes))
    }
    files.append(PassAssets.File(path: TemplateCompiler.fileName, bytes: json))
    if files.count > 1 { files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) } }
    return files
  }
}
