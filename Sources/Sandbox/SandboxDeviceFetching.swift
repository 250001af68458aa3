import JSON
import PassPreview
import Passes
import ZonedTime

extension SandboxDevice {
  /// Asks for a pass that has changed, and shows what is new.
  func fetch(_ serialNumber: String, of service: SandboxDeviceService) async {
    guard let index = pass(serialNumber, of: service.passType), let token = passes[index].token else {
      record(.stranger(serialNumber: serialNumber, passType: service.passType))
      return
    }
    let modified = options.sendsIfModifiedSince ? passes[index].lastModified : nil
    if options.asksHeadFirst {
      _ = await perform(.fetch(service, serialNumber, token: token, modifiedSince: modified, isHead: true))
    }
    let task = SandboxDeviceTask.fetch(service, serialNumber, token: token, modifiedSince: modified, isHead: false)
    guard let answer = await perform(task) else {
      missed[service, default: []].append(serialNumber)
      return
    }
    guard answer.status == 200 else {
      record(.notModified(serialNumber: serialNumber))
      return
    }
    do throws(SandboxError) {
      var new = try SandboxDevicePass(archive: answer.body, options: options, now: now())
      // It may have been taken out while the answer came.
      guard let index = pass(serialNumber, of: service.passType) else { return }
      let old = passes[index]
      if let problem = new.problem(inPlaceOf: old) { throw SandboxError(problem) }
      new.isRegistered = true
      new.lastModified = answer.lastModified
      passes[index] = new
      show(new, after: old)
      if let modified, new.hasSameContent(as: old) {
        await complain(
          of: task,
          "Server ignored the if-modified-since header (\(modified)), returned the full unchanged pass data")
      }
    } catch {
      record(.failed(task.name, serialNumber: serialNumber, reason: error.description, isGivenUp: true))
      await complain(of: task, "Received invalid pass data (\(error.description))")
    }
  }

  /// Tells what changed, and what of it the lock screen says.
  private func show(_ new: SandboxDevicePass, after old: SandboxDevicePass) {
    let difference = PassDifference(from: old.files, to: new.files, language: options.language)
    record(.fetched(serialNumber: new.serialNumber, lastModified: new.lastModified, difference: difference))
    for change in difference.changes where change.subject == .field && change.effect == .changed {
      guard let message = new.changeMessage(at: change.place), message.contains("%@") else { continue }
      let value = new.shownValue(at: change.place)
      record(
        .notification(
          Notice(
            serialNumber: new.serialNumber, key: change.key ?? "", label: change.label ?? "",
            old: old.shownValue(ofKey: change.key ?? ""), new: value, text: message.replacing("%@", with: value))))
    }
    if new.isVoided, !old.isVoided { record(.voided(serialNumber: new.serialNumber)) }
  }
}
