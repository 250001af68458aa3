/// What a caller may do.
package enum Scope: String, CaseIterable, Sendable, Hashable, Codable {
  /// Look a Secutix file up, which issues what is not yet issued.
  case secutixRead = "Secutix.Read"
  /// List passes and look at them.
  case passRead = "Pass.Read"
  /// Have passes made anew.
  case passWrite = "Pass.Write"
  /// List jobs and look at them.
  case jobRead = "Job.Read"
  /// Replay and discard jobs.
  case jobWrite = "Job.Write"
  /// Send changes of orders.
  case webhookWrite = "Webhook.Write"
}

/// Who asks, as far as the service knows.
package struct Caller: Sendable, Hashable {
  /// For logs: the API key's name, or the token's subject without what could disturb a line. At most 100 characters.
  package let name: String
  package let scopes: Set<Scope>

  package init(name: String, scopes: Set<Scope>) {
    // Visible ASCII is enough to recognise a subject by, and no other character can forge a line of a log.
    self.name = String(decoding: name.utf8.filter { (0x20..<0x7F).contains($0) }.prefix(100), as: UTF8.self)
    self.scopes = scopes
  }
}
