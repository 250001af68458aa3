/// The few words that Wallet itself puts on a pass, in the languages of most ticket holders.
package struct WalletWords {
  package let section: String
  package let row: String
  package let seat: String
  package let admission: String
  package let entrance: String
  package let expired: String
  package let voided: String

  package init(language: String) {
    let base = language.split(whereSeparator: { $0 == "-" || $0 == "_" }).first.map(String.init) ?? language
    let words =
      switch base {
      case "fr": ["Section", "Rang", "Place", "Entrée", "Porte", "Expiré", "Annulé"]
      case "de": ["Block", "Reihe", "Platz", "Einlass", "Eingang", "Abgelaufen", "Ungültig"]
      case "it": ["Settore", "Fila", "Posto", "Ingresso", "Entrata", "Scaduto", "Annullato"]
      case "es": ["Sección", "Fila", "Asiento", "Entrada", "Acceso", "Caducado", "Anulado"]
      case "nl": ["Vak", "Rij", "Stoel", "Toegang", "Ingang", "Verlopen", "Ongeldig"]
      case "ar": ["القسم", "الصف", "المقعد", "الدخول", "المدخل", "منتهي", "ملغى"]
      default: ["Section", "Row", "Seat", "Admission", "Entrance", "Expired", "Voided"]
      }
    (section, row, seat, admission, entrance, expired, voided) =
      (words[0], words[1], words[2], words[3], words[4], words[5], words[6])
  }
}
