import Synchronization

/// The token of the token endpoint, asked for once however many calls wait for it.
final class TokenCache: Sendable {
  private struct State {
    var token: BearerToken?
    /// How often the endpoint was asked, and what came of it last when it was no token.
    var questions = 0
    var failure: SecutixError?
  }

  /// A call that starts so shortly before a token's end may arrive behind it.
  static let margin: Int64 = 5_000

  private let state = Mutex(State())
  private let queue = FairQueue()

  /// How many wait for a token that another asks for.
  var waiting: Int { queue.waiting }

  /// A token that is good at `now`, asked for with `fetch` when there is none.
  ///
  /// Callers that waited while one asked in vain share its error: an endpoint that refuses is asked once, not sixty-four
  /// times.
  func token(
    at now: @Sendable () -> Int64, _ fetch: () async throws(SecutixError) -> BearerToken
  ) async throws(SecutixError) -> BearerToken {
    let (known, questions) = state.withLock { (Self.good($0.token, at: now()), $0.questions) }
    if let known { return known }
    return try await queue.withTurn(cancelled: .cancelled) { () async throws(SecutixError) in
      let (known, failure) = state.withLock { state in
        (Self.good(state.token, at: now()), state.questions > questions ? state.failure : nil)
      }
      if let known { return known }
      if let failure { throw failure }
      do throws(SecutixError) {
        let token = try await fetch()
        state.withLock { state in
          state.token = token
          state.questions += 1
          state.failure = nil
        }
        return token
      } catch {
        // Of a withdrawn question the others learn nothing: the next asks.
        if error != .cancelled {
          state.withLock { state in
            state.questions += 1
            state.failure = error
          }
        }
        throw error
      }
    }
  }

  /// Forgets a token that was refused; a newer one stays.
  func forget(_ token: BearerToken) {
    state.withLock { if $0.token == token { $0.token = nil } }
  }

  private static func good(_ token: BearerToken?, at now: Int64) -> BearerToken? {
    guard let token else { return nil }
    guard let expiry = token.expiry else { return token }
    return now < expiry - margin ? token : nil
  }
}
