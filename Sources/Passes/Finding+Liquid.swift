import Liquid

extension Finding {
  /// A mistake in a template's Liquid.
  init(liquid error: LiquidError, pointer: String?) {
    self.init(
      .error, "liquid",
      at: .init(file: error.place.file, pointer: pointer, line: error.place.line, column: error.place.column),
      "\(error.kind)", hint: "Mend the Liquid at this place.")
  }
}
