import AsyncHTTPClient
import Foundation
import PassBundle
import Sandbox
import Synchronization

/// A phone beside the demonstration, which says what happens to it.
final class DemoPhone: Sendable {
  private let device: SandboxDevice
  private let running: Task<Void, Never>
  private let told: Task<Void, Never>
  /// One for each pass that changed.
  private let changes: AsyncStream<Void>

  /// - Parameter trust: what it verifies passes against, as phones do against Apple's root.
  init(apns: SandboxAPNs, trust: [Certificate]) {
    var options = SandboxDevice.Options()
    options.timeZone = .current
    options.trust = trust
    let token = apns.newToken()
    let device = SandboxDevice(
      options, pushToken: token, http: .shared, now: RunningService.now, sleep: { try await Task.sleep(for: $0) })
    self.device = device
    let pushes = apns.pushes(to: token)
    running = Task { await device.run(pushes: pushes.map(\.topic)) }
    let (changes, changed) = AsyncStream<Void>.makeStream()
    self.changes = changes
    told = Task {
      var words = DeviceWords()
      for await event in device.events {
        await words.say(event, of: device)
        if case .fetched = event.what { changed.yield() }
      }
      changed.finish()
    }
  }

  func add(_ pass: [UInt8], lastModified: String?) async throws {
    do throws(SandboxError) {
      _ = try await device.add(pass, lastModified: lastModified)
    } catch {
      throw SandboxWords.failure(
        "the phone does not take the pass: \(error)", hint: "`passmint check` says what is wrong with a pass")
    }
  }

  /// - Returns: whether so many passes changed in time.
  func hasChanged(_ count: Int, within limit: Duration) async -> Bool {
    await withTaskGroup(of: Bool.self) { [changes] group in
      group.addTask {
        var seen = 0
        for await _ in changes {
          seen += 1
          if seen == count { return true }
        }
        return false
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }

  func switchOff() async {
    running.cancel()
    await running.value
    await device.close()
    await told.value
  }
}
