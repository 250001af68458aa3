import Glibc
import Secutix

/// Refused records of one input, in that input's own form, under way until the run ends.
final class RejectsFile {
  let finalPath: String
  private let growing: GrowingFile
  private var writer: RejectsWriter

  /// Begins the file beside its final place.
  init(path: String, writer: RejectsWriter) throws(BatchError) {
    finalPath = path
    self.writer = writer
    growing = try GrowingFile(path: "\(path).partial")
  }

  func append(_ raw: RawRecord, reason: String) throws(BatchError) {
    try growing.append(writer.bytes(for: raw, because: reason))
  }

  /// Gives the file its name. An input that lies there was read to its end by now.
  func finish() throws(BatchError) {
    try growing.flush()
    guard rename(growing.path, finalPath) == 0 else {
      throw .system("writing", path: finalPath, code: errno)
    }
  }
}
