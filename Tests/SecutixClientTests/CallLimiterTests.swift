import PassBundle
import SecutixClient
import Testing

@Suite struct CallLimiterTests {
  private let clock = TestClock()

  private func limiter(_ callsPerMinute: Int = 180) -> CallLimiter {
    CallLimiter(callsPerMinute: callsPerMinute, clock: CallClock(clock))
  }

  @Test(arguments: [1, 2, 7, 60, 180]) func `no minute, wherever it begins, has more calls than allowed`(
    rate: Int
  ) async throws {
    let limiter = limiter(rate)
    var moments: [Duration] = []
    for _ in 0..<(rate * 5) {
      try await limiter.acquire()
      moments.append(clock.now.offset)
    }
    for (index, start) in moments.enumerated() {
      let inMinute = moments[index...].prefix { $0 < start + .seconds(60) }.count
      #expect(inMinute <= rate)
    }
    // And it is not much slower than it must be.
    let minutes = try #require(moments.last) / .seconds(60)
    #expect(minutes < 5 * 2.1)
    if rate == 180 { #expect(minutes < 5 * 1.12) }
  }

  @Test func `a tenth of a minute's calls goes at once, the next waits its turn`() async throws {
    let limiter = limiter()
    for _ in 0..<18 { try await limiter.acquire() }
    #expect(clock.slept == [])
    try await limiter.acquire()
    // 162 a minute flow in: one in 370 ms.
    #expect(clock.slept.count == 1)
    #expect(abs(clock.slept[0] / .milliseconds(1) - 370.37) < 0.1)
  }

  @Test func `a bucket that was left alone holds a tenth, not hours of calls`() async throws {
    let limiter = limiter()
    clock.advance(by: .seconds(7_200))
    for _ in 0..<18 { try await limiter.acquire() }
    #expect(clock.slept == [])
    try await limiter.acquire()
    #expect(clock.slept.count == 1)
  }

  @Test func `callers are served in the order they came`() async throws {
    let limiter = limiter(10)
    try await limiter.acquire()
    clock.hold()
    let (served, serving) = AsyncStream<Int>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { [clock] group in
      for number in 0..<20 {
        group.addTask {
          try await limiter.acquire()
          serving.yield(number)
        }
        await until { clock.sleepers == 1 && limiter.waiting == number }
      }
      clock.letGo()
      try await group.waitForAll()
    }
    serving.finish()
    #expect(await served.reduce(into: []) { $0.append($1) } == Array(0..<20))
  }

  @Test(arguments: [0, 3, 5]) func `who is cancelled leaves the queue and takes no call`(cancelled: Int) async throws {
    let limiter = limiter(10)
    try await limiter.acquire()
    clock.hold()
    var tasks: [Task<Bool, Never>] = []
    for number in 0..<6 {
      tasks.append(
        Task {
          do {
            try await limiter.acquire()
            return true
          } catch {
            return false
          }
        })
      await until { clock.sleepers == 1 && limiter.waiting == number }
    }
    tasks[cancelled].cancel()
    #expect(await tasks[cancelled].value == false)
    clock.letGo()
    for (number, task) in tasks.enumerated() where number != cancelled { #expect(await task.value) }
    #expect(limiter.calls == 6)
    #expect(limiter.waiting == 0)
  }

  @Test func `a pause holds everyone`() async throws {
    let limiter = limiter()
    limiter.pause(for: .seconds(40))
    limiter.pause(for: .seconds(5))
    try await limiter.acquire()
    #expect(clock.now.offset == .seconds(40))
    try await limiter.acquire()
    #expect(clock.now.offset == .seconds(40))
  }

  @Test func `clients of one institution share a limiter, other stages and institutions have theirs`() {
    func connection(_ url: String, _ institution: String) -> SecutixConnection {
      SecutixConnection(
        url: url, operatorCode: "X", institution: institution, partner: "P", secret: Secret("s".utf8))
    }
    let limiters = CallLimiters()
    let first = limiters.limiter(for: connection("https://mosa.ws.secutix.com", "MOSA"))
    #expect(limiters.limiter(for: connection("https://MOSA.ws.secutix.com/", "mosa")) === first)
    #expect(limiters.limiter(for: connection("https://mosa.pp-ws.secutix.com", "MOSA")) !== first)
    #expect(limiters.limiter(for: connection("https://cube.ws.secutix.com", "CUBE")) !== first)
    // A reloaded configuration changes the rate of those who already have it.
    _ = limiters.limiter(for: connection("https://mosa.ws.secutix.com", "MOSA"), callsPerMinute: 90)
    #expect(first.callsPerMinute == 90)
  }
}
