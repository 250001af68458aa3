import GRDB
package import Issuance
import Synchronization

// Which workers live. A lease alone says so only when it ends, and whoever restarts a service that crashed does not want
// to wait for that.
extension SQLiteStore {
  /// Makes a worker known, who lives as long as this store is open.
  ///
  /// - Parameter name: of the process, for people.
  /// - Returns: its name in leases.
  package func addWorker(_ name: String) throws(StoreError) -> String {
    let file = try WorkerFile(path: workersPath)
    let place = file.enter()
    workers.withLock { $0.append(file) }
    return place.map { "\(name)#\($0)" } ?? name
  }

  /// Ends the leases of workers that live no more, so that what they had under way can be had at once. Those of which
  /// nothing is known keep theirs.
  ///
  /// - Returns: how many became free.
  package func freeJobsOfDeadWorkers(at now: Int64) async throws(StoreError) -> Int {
    let file = try WorkerFile(path: workersPath)
    return try await commits.write { database in
      let names = try String.fetchAll(
        database,
        sql: """
          SELECT worker FROM jobs WHERE state = 'running' UNION SELECT worker FROM pushes WHERE state = 'running'
          UNION SELECT worker FROM webhook_messages WHERE state = 'running'
          """)
      var count = 0
      for name in names {
        guard let mark = name.lastIndex(of: "#"), let place = Int64(name[name.index(after: mark)...]),
          file.isTaken(place) == false
        else { continue }
        for table in ["jobs", "pushes", "webhook_messages"] {
          try database.cachedStatement(
            sql: "UPDATE \(table) SET leased_until = min(leased_until, ?) WHERE state = 'running' AND worker = ?"
          ).execute(arguments: [now, name])
          count += database.changesCount
        }
      }
      return count
    }
  }
}
