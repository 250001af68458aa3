import GRDB
import Issuance

extension StoreError {
  /// Says in the store's words what SQLite said. Values of the statement stay out of it: they are people's names.
  init(_ error: any Error) {
    if let error = error as? StoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .failed(String(describing: type(of: error)))
      return
    }
    let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    self =
      switch error.resultCode {
      case .SQLITE_FULL: .full
      case .SQLITE_READONLY: .readOnly
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(detail)
      case .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_PROTOCOL, .SQLITE_NOLFS:
        .unavailable(detail)
      default: .failed(detail)
      }
  }
}
