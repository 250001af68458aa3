import Tickets

extension FileDetails {
  /// The same file with its names in one more language.
  ///
  /// Names in Secutix's orders are plain words in the language that was asked for, so that a pass in several languages
  /// needs one answer each. Everything but names stays as it is here: between two answers an order may have changed.
  ///
  /// - Parameters:
  ///   - other: the file as it was answered in `language`.
  ///   - language: such as `en` or `pt-BR`.
  package func adding(_ other: FileDetails, language: String) -> FileDetails {
    let language = language.lowercased()
    let translated = Dictionary(other.tickets.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    var details = self
    details.tickets = tickets.map { ticket in
      guard let other = translated[ticket.identity] else { return ticket }
      var ticket = ticket
      // Another performance has other names, not a translation.
      if other.event.performance == ticket.event.performance {
        ticket.event.name.add(other.event.name, language)
        ticket.event.subtitle.add(other.event.subtitle, language)
        ticket.event.competition.add(other.event.competition, language)
        ticket.venue.name.add(other.venue.name, language)
        ticket.venue.hall.add(other.venue.hall, language)
      }
      ticket.seat.category.add(other.seat.category, language)
      ticket.tariff.name.add(other.tariff.name, language)
      ticket.product.name.add(other.product.name, language)
      ticket.season.name.add(other.season.name, language)
      return ticket
    }
    return details
  }
}

extension LocalizedText? {
  fileprivate mutating func add(_ other: LocalizedText?, _ language: String) {
    guard let text = other?.text, !text.isEmpty else { return }
    // What the answer itself says in several languages is better known.
    if self?.translations[language] == nil { self?.translations[language] = text }
  }
}
