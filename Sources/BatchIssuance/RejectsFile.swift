import Glibc
import Secutix

/// Refused records of one input, in that input's own form, under way until the run ends.
final class RejectsFile {
  let finalPath: String
  private let growing: GrowingFile
  private var writer: RejectsWriter

  /// - Parameter partialPath: where the file grows, on the same file system.
  init(path: String, partialPath: String, writer: RejectsWriter) throws(BatchError) {
    finalPath = path
    self.writer = writer
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try PassFolder.makeFolders(String(path[..<slash]))
    }
    growing = try GrowingFile(path: partialPath)
  }

  func append(_ raw: RawRecord, reason: String) throws(BatchError) {
    try growing.append(writer.bytes(for: raw, because: reason))
  }

  /// Gives the file its name. An input that lies there was read to its end by now; any other file is put aside first.
  func finish(putAside: (String) -> Void) throws(BatchError) {
    try growing.flush()
    if PassFolder.isSame(growing.path, finalPath) {
      discard()
      return
    }
    putAside(finalPath)
    guard rename(growing.path, finalPath) == 0 else {
      throw .system("writing", path: finalPath, code: errno)
    }
  }

  /// Takes the unfinished file away; the final one stays as it was.
  func discard() { unlink(growing.path) }
}
