import Glibc
import Synchronization

/// Whether someone pressed Ctrl-C. The first time asks the run to end well, the second ends it.
enum Interruption {
  static var isWished: Bool { wish.load(ordering: .relaxed) }

  static func install() {
    signal(SIGINT, noteWish)
    signal(SIGTERM, noteWish)
    // Writing to a pipe that nobody reads is an error to be handled, not the end.
    signal(SIGPIPE, SIG_IGN)
    // A program that starts this one may have blocked them: threads of Dispatch do, and children inherit it.
    var wished = sigset_t()
    sigemptyset(&wished)
    sigaddset(&wished, SIGINT)
    sigaddset(&wished, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &wished, nil)
  }
}

private let wish = Atomic(false)

/// A signal handler may do next to nothing: it sets a flag, and gives the signal its old meaning back.
private func noteWish(_ number: Int32) {
  wish.store(true, ordering: .relaxed)
  signal(number, SIG_DFL)
}
