/// What the buyer's page can expect of the program that shows it, by its `User-Agent`. Wrong guesses cost a hint at most: every
/// pass has its link whatever is said here.
struct BuyersPageVisitor: Sendable, Hashable {
  enum System: Sendable, Hashable {
    /// iPhone, iPod, and iPads that say so.
    case iOS
    /// A Mac, or an iPad that calls itself one.
    case mac
    case android
    case other
    /// Nothing was said.
    case unknown
  }

  enum Program: Sendable, Hashable {
    case browser
    /// Safari, which alone takes several passes at once.
    case safari
    /// Another browser on iOS; takes passes one by one, if at all.
    case otherOnIOS(name: String)
    /// A web view inside an app, where downloads usually lead nowhere. The name is nil when the app does not say its own.
    case insideApp(name: String?)
  }

  let system: System
  let program: Program

  /// What apps put into the name of their web view.
  private static let apps = [
    ("Instagram", "Instagram"), ("FBAN/Messenger", "Messenger"), ("FBAN", "Facebook"), ("FBAV", "Facebook"),
    ("FB_IAB", "Facebook"), ("Barcelona", "Threads"), (" Line/", "LINE"), ("Gmail", "Gmail"), ("GMail", "Gmail"),
    ("Snapchat", "Snapchat"), ("TikTok", "TikTok"), ("musical_ly", "TikTok"), ("BytedanceWebview", "TikTok"),
    ("LinkedInApp", "LinkedIn"), ("MicroMessenger", "WeChat"), ("GSA/", "Google"), ("Pinterest/", "Pinterest"),
    ("Twitter for", "X"), ("KAKAOTALK", "KakaoTalk"),
  ]

  private static let otherBrowsersOnIOS = [
    ("CriOS/", "Chrome"), ("FxiOS/", "Firefox"), ("Focus/", "Firefox Focus"), ("EdgiOS/", "Edge"), ("OPiOS/", "Opera"),
    ("OPT/", "Opera"), ("DuckDuckGo/", "DuckDuckGo"), ("YaBrowser/", "Yandex"), ("Brave/", "Brave"),
  ]

  init(userAgent: String?) {
    let text = String((userAgent ?? "").prefix(1_000))
    let isAndroid = text.contains("Android")
    let isPhone = !isAndroid && ["iPhone", "iPad", "iPod"].contains { text.contains($0) }
    let isMac = text.contains("Macintosh")
    let onIOS = isAndroid ? nil : Self.otherBrowsersOnIOS.first { text.contains($0.0) }?.1
    let app = Self.apps.first { text.contains($0.0) }?.1

    if isAndroid {
      system = .android
      // Android's web view says so itself.
      let isView = text.contains("; wv)")
      program = app != nil || isView ? .insideApp(name: app) : .browser
    } else if isPhone || isMac && (onIOS != nil && !text.contains("Chrome/")) {
      system = .iOS
      if let app {
        program = .insideApp(name: app)
      } else if let onIOS {
        program = .otherOnIOS(name: onIOS)
      } else {
        // Safari, and the view of Safari that apps open, name it; a bare web view does not.
        program = text.contains("Safari/") ? .safari : .insideApp(name: nil)
      }
    } else if isMac {
      system = .mac
      let isSafari = text.contains("Version/") && text.contains("Safari/") && !text.contains("Chrome/")
      program = app.map { .insideApp(name: $0) } ?? (isSafari ? .safari : .browser)
    } else {
      system = text.isEmpty ? .unknown : .other
      program = app.map { .insideApp(name: $0) } ?? .browser
    }
  }

  /// Whether passes end in Apple Wallet here, as far as is known.
  var hasAppleWallet: Bool { system != .android && system != .other }
}
