import ArgumentParser
import Foundation
import Issuance
import JSON
import Secutix
import SQLiteStore
import Server
import ZonedTime

/// `passmintd jobs`: what was to be done, what is still to do, and what was given up.
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "See orders that are to be fetched, and those that were given up.",
    discussion: """
      passmintd jobs list --state discarded
      passmintd jobs retry --all-discarded --tenant theatre
      """,
    subcommands: [List.self, Show.self, Retry.self, Discard.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List jobs, the newest first.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var list: ListOptions

    func run() async throws {
      let filter = JobFilter(
        tenant: list.tenant, states: Set(list.state), before: list.before, limit: list.limit)
      let jobs = try await store.withStore { try await $0.jobs(filter) }
      if list.json { return Words.result(.array(jobs.map { Routes.summary($0, tenant: true) })) }
      if jobs.isEmpty { return Words.note("there are no such jobs") }
      Words.table(
        ["JOB", "TENANT", "STATE", "TRIES", "RUNS AT", "ORDER", "REASON"],
        jobs.map { job in
          [
            "\(job.id)", job.key.tenant, job.state.rawValue, "\(job.attempts)",
            ZonedDateTime(epochMilliseconds: job.finishedAt ?? job.runAt).iso8601, job.key.order.shownName,
            job.reason ?? "",
          ]
        })
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one job, and what Secutix said of its order.")

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Its number.", valueName: "JOB")) var id: Int64

    func run() async throws {
      let (job, changes) = try await store.withStore { store in
        guard let job = try await store.job(id, tenant: nil) else { throw StoreError.unknownJob }
        return (job, try await store.changes(of: job.key))
      }
      guard var object = Routes.summary(job, tenant: true).object else { return }
      object["changes"] = .array(
        changes.map { change in
          [
            "state": .string(change.state), "lastUpdate": Routes.moment(change.lastUpdate),
            "ticketId": change.ticketID.map { .number(JSONNumber($0)) } ?? .null,
            "movementId": change.movementID.map { .number(JSONNumber($0)) } ?? .null,
            "times": .number(JSONNumber(Int64(change.times))),
            "firstReceivedAt": Routes.moment(change.firstReceivedAt),
            "lastReceivedAt": Routes.moment(change.lastReceivedAt), "correlationId": .string(change.correlationID),
          ]
        })
      Words.result(.object(object))
    }
  }

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Have jobs done again, their attempts forgotten.")

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Their numbers.", valueName: "JOB")) var ids: [Int64] = []
    @Flag(help: "All that were given up.") var allDiscarded = false
    @Option(help: ArgumentHelp("With --all-discarded: of this tenant alone.", valueName: "ID")) var tenant: String?

    func validate() throws {
      if tenant != nil, !allDiscarded { throw ValidationError("--tenant goes with --all-discarded") }
      if ids.isEmpty != allDiscarded { throw ValidationError("name jobs, or all of them with --all-discarded") }
    }

    func run() async throws {
      let (count, refused) = try await store.withStore { store in
        var ids = ids
        var before: Int64?
        while allDiscarded {
          let jobs = try await store.jobs(
            JobFilter(tenant: tenant, states: [.discarded], before: before, limit: 500))
          ids += jobs.map(\.id)
          guard let last = jobs.last else { break }
          before = last.id
        }
        var count = 0
        for id in ids {
          do throws(StoreError) {
            let job = try await store.replay(id, tenant: nil, at: RunningService.now())
            if job.state.isWaiting { count += 1 } else { Words.note("job \(id): it is running already") }
          } catch {
            guard error == .unknownJob else { throw error }
            Words.note("job \(id): \(error)")
          }
        }
        return (count, ids.count - count)
      }
      Words.result(count == 1 ? "1 job is done again" : "\(count) jobs are done again")
      if refused > 0 { throw ExitCode(1) }
    }
  }

  struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give waiting jobs up.")

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Their numbers.", valueName: "JOB")) var ids: [Int64]
    @Option(help: ArgumentHelp("What to remember.", valueName: "TEXT")) var reason = "discarded by hand"

    func run() async throws {
      let count = try await store.withStore { store in
        var count = 0
        for id in ids {
          do throws(StoreError) {
            try await store.discard(id, tenant: nil, reason: reason, at: RunningService.now())
            count += 1
          } catch {
            guard error == .unknownJob || error == .jobIsRunning else { throw error }
            Words.note("job \(id): \(error)")
          }
        }
        return count
      }
      Words.result(count == 1 ? "1 job is given up" : "\(count) jobs are given up")
      if count < ids.count { throw ExitCode(1) }
    }
  }
}
