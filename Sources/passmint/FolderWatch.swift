import Glibc

/// What stands in files and folders, told by names, sizes and times alone.
///
/// Two that are equal hold the same files, unless a file of equal size was written twice within one tick of the clock.
struct Fingerprint: Equatable {
  private struct Mark: Equatable {
    let size: Int
    let seconds: Int
    let nanoseconds: Int
    let inode: UInt
    let mode: UInt32
  }

  private var marks: [String: Mark] = [:]
  /// Far more than a template has: somebody named the wrong folder.
  private static let mostFiles = 10_000
  private static let deepest = 16

  /// - Parameters:
  ///   - paths: files, or folders with everything in them.
  ///   - watch: is told of each folder before it is read, so that nothing happens unseen in between.
  init(of paths: [String], watch: FolderWatch) {
    for path in paths {
      if Self.folderEntries(path, watch) == nil { note(path) } else { walk(path, watch, depth: 0) }
    }
  }

  /// Whether a file that was there is missing or empty now: somebody may be in the middle of saving it.
  func lacksFiles(of earlier: Fingerprint) -> Bool {
    earlier.marks.contains { path, mark in mark.size > 0 && (marks[path]?.size ?? 0) == 0 }
  }

  private mutating func walk(_ folder: String, _ watch: FolderWatch, depth: Int) {
    for (name, isFolder) in Self.folderEntries(folder, watch) ?? [] where !Self.isPassedOver(name) {
      guard marks.count < Self.mostFiles else { return }
      let path = "\(folder)/\(name)"
      if isFolder, depth < Self.deepest { walk(path, watch, depth: depth + 1) } else { note(path) }
    }
  }

  private mutating func note(_ path: String) {
    var status = stat()
    // What a link leads to is what is read; one that leads nowhere is a mistake worth seeing come and go.
    guard stat(path, &status) == 0 || lstat(path, &status) == 0 else { return }
    marks[path] = Mark(
      size: status.st_size, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
      inode: status.st_ino, mode: status.st_mode)
  }

  /// What is in a folder; nil when it is none. Links to folders are not followed, as templates are read.
  static func folderEntries(_ path: String, _ watch: FolderWatch? = nil) -> [(name: String, isFolder: Bool)]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    watch?.add(path)
    var entries: [(String, Bool)] = []
    while let entry = readdir(folder) {
      // The name is as long as it is, whatever length its C type says.
      let name = String(cString: UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self))
      if name == "." || name == ".." { continue }
      var isFolder = entry.pointee.d_type == UInt8(DT_DIR)
      if entry.pointee.d_type == UInt8(DT_UNKNOWN) {
        var status = stat()
        isFolder = lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      }
      entries.append((name, isFolder))
    }
    return entries
  }

  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19

  /// What editors and version control leave lying about while someone works; `4913` is how vim tries a folder.
  private static func isPassedOver(_ name: String) -> Bool {
    name.hasPrefix(".") || name.hasSuffix("~") || name.hasSuffix(".swp") || name == "4913"
  }
}

/// Wakes up when something happens in a folder.
///
/// Linux says nothing (inotify) of network drives, of folders mounted into a container or from Windows, and nothing when
/// its watches are used up. So this only ever wakes somebody who then looks for himself, now and then also unasked.
final class FolderWatch {
  private let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
  private var isBlind: Bool

  init() { isBlind = descriptor < 0 }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Watches a folder, not what is below it. A folder that is watched already stays so.
  func add(_ folder: String) {
    let changes =
      IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB
    if inotify_add_watch(descriptor, folder, UInt32(changes)) < 0, errno == ENOSPC { isBlind = true }
  }

  /// How often to look unasked, in milliseconds.
  var patience: Int32 { isBlind ? 150 : 500 }

  /// Waits for something to happen.
  ///
  /// - Returns: false when nothing did in all that time.
  func wait(milliseconds: Int32) -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, milliseconds) > 0 else { return false }
    // What happened is of no interest: the files are compared.
    var events = [UInt8](repeating: 0, count: 1 << 14)
    while read(descriptor, &events, events.count) > 0 {}
    return true
  }
}
