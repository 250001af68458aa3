import Logging
import Synchronization

/// Says once that the store fails and once that it works again, however many ask it meanwhile.
final class StoreTrouble: Sendable {
  private let current = Mutex<StoreError?>(nil)

  func begin(_ error: StoreError, _ logger: Logger) {
    let isNew = current.withLock { current in
      defer { current = error }
      return current != error
    }
    if isNew { logger.error("\(error)") }
  }

  func end(_ logger: Logger) {
    let was = current.withLock { current in
      defer { current = nil }
      return current
    }
    if was != nil { logger.notice("the store works again") }
  }
}
