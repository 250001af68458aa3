import Foundation
import PassBundle
import Passes

// `make bench`: how close the program comes to the one thing that cannot be made faster, an RSA-2048 signature a pass;
// and the service to its own empty route and to its disk.

ProcessTuning.apply()

let words = CommandLine.arguments.dropFirst()
let parts: Set<String> =
  words.count > 2
  ? Set(words.dropFirst(2))
  : [
    "passes", "preview", "store", "burst", "service", "push", "phones",
  ]
guard words.count >= 2 else {
  FileHandle.standardError.write(
    Data("usage: bench PASSMINT PASSMINTD [passes|preview|store|burst|service|push|phones …]\n".utf8))
  exit(2)
}
let cores = ProcessInfo.processInfo.activeProcessorCount
let certificates = try ExampleCertificates(now: Int64(Date().timeIntervalSince1970))
let scratch = try Scratch(program: CommandLine.arguments[1], certificates: certificates)
defer { scratch.remove() }

print("\(Machine.description), \(cores) cores")
if parts.contains("passes") { try measurePasses() }
if parts.contains("preview") { try measurePreview() }
let storeBench = try StoreBench()
defer { storeBench.remove() }
if parts.contains("store") { StoreBench.report(try await storeBench.measure()) }
if parts.contains("burst") {
  BurstBench.report(try await BurstBench(scratch: scratch, certificates: certificates).measure())
}
if parts.contains("service") {
  let bench = ServiceBench(scratch: scratch, program: CommandLine.arguments[2], store: storeBench)
  ServiceBench.report(try await bench.measure())
}
if parts.contains("push") {
  PushBench.report(try await PushBench(scratch: scratch, program: CommandLine.arguments[2]).measure())
}
if parts.contains("phones") {
  let bench = PhonesBench(scratch: scratch, program: CommandLine.arguments[2], certificates: certificates)
  let (rescheduling, lists) = try await bench.measure()
  PhonesBench.report(rescheduling)
  ListBench.report(lists)
}

func measurePasses() throws {
  print("")
  print("                                                      1 core           \(cores) cores")
  print("                                                   /s   ÷ limit       /s   ÷ limit")

  let sealing = try SealingBench(certificates: certificates)
  let single = try Interleaved.measure(sealing.variants, threads: 1)
  let multiple = try Interleaved.measure(sealing.variants, threads: cores)
  for (one, many) in zip(single, multiple) {
    let rates = String(format: "%9.0f %9.2f %9.0f %9.2f", one.rate, one.ratio, many.rate, many.ratio)
    print(one.name.padding(toLength: 44, withPad: " ", startingAt: 0) + rates)
  }

  // The whole command in turn with the limit on all cores.
  var rates: [Double] = []
  var ratios: [Double] = []
  for round in 0..<7 {
    let before = try Interleaved.measureOnce(sealing.limit, threads: cores)
    let run = try scratch.issue(tickets: 4000)
    let after = try Interleaved.measureOnce(sealing.limit, threads: cores)
    // The first run warms the disk's cache.
    if round > 0 {
      rates.append(4000 / run.seconds)
      ratios.append(4000 / run.seconds / ((before + after) / 2))
    }
  }
  let whole = String(format: "%28.0f %9.2f", Interleaved.median(rates), Interleaved.median(ratios))
  print("passmint issue, CSV to disk, 20 KB of images".padding(toLength: 44, withPad: " ", startingAt: 0) + whole)

  print("")
  let small = try scratch.issue(tickets: 10_000)
  let large = try scratch.issue(tickets: 100_000)
  print(String(format: "peak memory, 10,000 tickets    %6.1f MB", Double(small.peakKilobytes) / 1024))
  print(
    String(
      format: "peak memory, 100,000 tickets   %6.1f MB  (%.2f times)", Double(large.peakKilobytes) / 1024,
      Double(large.peakKilobytes) / Double(small.peakKilobytes)))
  print(String(format: "passmint --version             %6.1f ms", try scratch.versionTime() * 1000))
}

func measurePreview() throws {
  let preview = try PreviewBench(templates: URL(filePath: "templates"))
  defer { preview.remove() }
  let reading = try preview.reading()
  let gallery = try preview.gallery()
  print("")
  print(String(format: "preview, redraw after a save   %6.1f ms  (limit 50 ms)", try preview.redraw()))
  print(
    String(
      format: "preview, gallery of 50         %6.1f ms  (limit 1000 ms; reading the files alone %.1f ms)", gallery,
      reading))
}
