import Foundation
package import Issuance
import PassBundle
package import Passes

/// The page that a buyer opens from the confirmation mail: every ticket of an order, and the way into a wallet.
///
/// One answer is the whole page: it holds its style, has no script, and asks nobody for anything but Apple's badge. The pass is
/// the ticket, so the page shows no barcode of one.
package struct BuyersPage: Sendable {
  package struct Ticket: Sendable {
    package let record: PassRecord
    /// Path or URL of its `.pkpass`.
    package let download: String
    /// Files it shares with other passes. Only strings are read of them: the pass's own labels, where its own files do not
    /// repeat them.
    let shared: [PassAssets.File]

    package init(record: PassRecord, download: String, shared: [PassAssets.File] = []) {
      self.record = record
      self.download = download
      self.shared = shared
    }
  }

  let house: String
  let tickets: [Ticket]
  let bundles: [String]
  let waiting: Int
  let address: String
  let badges: [String: String]

  /// - Parameters:
  ///   - house: the tenant's name.
  ///   - tickets: in the order in which they are shown.
  ///   - bundles: addresses of `.pkpasses`: the first ten tickets that are not voided, the next ten, and so on. May be empty.
  ///   - waiting: tickets that were sold and have no barcode yet.
  ///   - address: the absolute URL of this page, for a phone's camera.
  ///   - badges: addresses of Apple's artwork by language (`fr`, `fr-CA`), on this server; where there is none, the page has
  ///     plain buttons.
  package init(
    house: String, tickets: [Ticket], bundles: [String], waiting: Int, address: String, badges: [String: String]
  ) {
    self.house = house
    self.tickets = tickets
    self.bundles = bundles
    self.waiting = waiting
    self.address = address
    self.badges = badges
  }

  /// The page in the reader's language.
  ///
  /// - Parameters:
  ///   - acceptLanguage: the request's header.
  ///   - userAgent: the request's header; decides on hints and on words, never on which tickets are shown.
  /// - Returns: HTML in UTF-8, and its language for `Content-Language`.
  package func html(acceptLanguage: String?, userAgent: String?) -> (bytes: [UInt8], language: String) {
    let reader = Reader(acceptLanguage)
    var markup = BuyersPageMarkup(self, reader, visitor: BuyersPageVisitor(userAgent: userAgent))
    return (Array(markup.written().utf8), reader.language)
  }

  /// For a link that is not, or no longer, good.
  package static func unknown(acceptLanguage: String?) -> (bytes: [UInt8], language: String) {
    let reader = Reader(acceptLanguage)
    let page = BuyersPageFrame.notice(reader, title: reader.words.unknownTitle, text: reader.words.unknownText)
    return (Array(page.utf8), reader.language)
  }

  /// For tickets that cannot be shown right now.
  package static func trouble(acceptLanguage: String?) -> (bytes: [UInt8], language: String) {
    let reader = Reader(acceptLanguage)
    let page = BuyersPageFrame.notice(
      reader, title: reader.words.troubleTitle, text: reader.words.troubleText, again: reader.words.tryAgain)
    return (Array(page.utf8), reader.language)
  }

  /// The value of `Content-Security-Policy` for all these pages: their one style by its hash, pictures of this server, and
  /// nothing else.
  package static let contentSecurityPolicy =
    "default-src 'none'; style-src '\(styleHash)'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    + "frame-ancestors 'none'"

  /// `sha256-…` of the pages' style (Content Security Policy 3, 2.3.1).
  package static let styleHash = "sha256-\(Data(Digest.sha256(PackageResources.buyers_page_css)).base64EncodedString())"

  /// Who reads: the language of the words, and the tag that dates and numbers are written by.
  struct Reader {
    let language: String
    /// `en-GB` where the language is `en`.
    let tag: String
    let words: BuyersPageWords

    init(_ acceptLanguage: String?) {
      (language, tag) = AcceptedLanguages(acceptLanguage).best(of: BuyersPageWords.languages)
      words = BuyersPageWords.words(in: language)
    }
  }
}
