package import Passes
import CLibzip
import Glibc

/// Opens a zip archive that anyone may have made, and believes nothing it says.
///
/// libzip does the reading. Around it stand limits on counts and sizes that are held while inflating (an archive's own
/// figures are hints), and rules on names, so that what comes out is a plain set of files inside one package.
package struct ArchiveReader: Sendable {
  /// What is refused outright. The defaults are far above any pass and far below what hurts a machine.
  package struct Limits: Sendable, Hashable {
    package var archiveBytes = 200 << 20
    package var entries = 1000
    package var entryBytes = 50 << 20
    package var totalBytes = 200 << 20
    /// Inflated size over deflated size, for entries above 1 MB. Deflate cannot exceed 1032.
    package var ratio = 100

    package init() {}
  }

  /// What an archive held.
  package struct Contents: Sendable {
    /// Entries that could be read and have a harmless name.
    package var files = PassFiles()
    package var findings: [Finding] = []
    /// Whether the bytes are a zip archive at all.
    package var isArchive = false
    /// How much was inflated, what was thrown away included.
    package var inflatedBytes = 0
  }

  private let name: String
  private let limits: Limits
  private var contents = Contents()
  private var seenNames: Set<String> = []
  private var seenLowercaseNames: Set<String> = []
  private var directoryEntries = 0

  /// - Parameters:
  ///   - bytes: the whole archive. A copy is handed to libzip, which frees memory it was only lent.
  ///   - name: what findings about the archive as a whole call it.
  package static func read(_ bytes: [UInt8], name: String, limits: Limits = Limits()) -> Contents {
    var reader = ArchiveReader(name: name, limits: limits)
    reader.read(bytes)
    return reader.contents
  }

  private init(name: String, limits: Limits) {
    self.name = name
    self.limits = limits
  }

  private mutating func report(
    _ severity: Finding.Severity, _ code: String, at file: String? = nil, _ message: String, hint: String
  ) {
    contents.findings.append(Finding(severity, code, at: .init(file: file ?? name), message, hint: hint))
  }

  private mutating func read(_ bytes: [UInt8]) {
    guard isPlausible(bytes) else { return }
    let directory = ArchiveDirectory(scanning: bytes)
    guard directory.largestEntryCount <= limits.entries else {
      report(
        .error, "archive-too-many-entries",
        "the archive says it has \(directory.largestEntryCount) entries; \(limits.entries) is the limit here",
        hint: "A pass has some tens of files. Look at what packed this one.")
      return
    }
    guard let archive = open(bytes) else { return }
    // Closing would write; an archive that was only read is let go.
    defer { zip_discard(archive) }
    contents.isArchive = true
    let count = zip_get_num_entries(archive, 0)
    guard count > 0 else {
      report(.error, "archive-empty", "the archive has no entries", hint: "Pack the pass again.")
      return
    }
    guard count <= limits.entries else {
      report(
        .error, "archive-too-many-entries", "the archive has \(count) entries; \(limits.entries) is the limit here",
        hint: "A pass has some tens of files. Look at what packed this one.")
      return
    }
    for index in 0..<zip_uint64_t(count) {
      guard contents.inflatedBytes <= limits.totalBytes else {
        report(
          .error, "archive-too-large",
          "the entries unpack to more than \(limits.totalBytes >> 20) MB; the rest was not looked at",
          hint: "A pass is some hundred kilobytes. Look at what packed this one.")
        return
      }
      readEntry(index, of: archive, rawName: directory.name(at: Int(index), of: Int(count)))
    }
    if directoryEntries > 0 {
      report(
        .warning, "archive-directory-entry", "the archive has entries for \(directoryEntries) folders",
        hint: "Wallet takes them; pack with `zip -D` to leave them out.")
    }
  }

  // MARK: - Opening

  private mutating func isPlausible(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty else {
      report(.error, "archive-empty", "the file is empty", hint: "Make or download it again.")
      return false
    }
    guard bytes.count <= limits.archiveBytes else {
      report(
        .error, "archive-too-large",
        "the archive has \(bytes.count >> 20) MB; \(limits.archiveBytes >> 20) MB is the limit here",
        hint: "Apple's limit for a bundle of passes is 150 MB.")
      return false
    }
    if bytes.starts(with: [0x1F, 0x8B]) {
      report(
        .error, "archive-not-zip", "the file is compressed by gzip, it is not a zip archive",
        hint: "Unpack it with gunzip. A web server that sends it must not compress it a second time.")
      return false
    }
    // A stored entry may hold HTML or JSON near the start of a good archive.
    guard !bytes.starts(with: [0x50, 0x4B]) else { return true }
    let head = String(decoding: bytes.prefix(1024), as: UTF8.self).lowercased()
    if head.contains("<html") || head.contains("<!doctype") {
      report(
        .error, "archive-not-zip", "the file is an HTML page, most likely an error page saved under this name",
        hint: "Open it in a text editor to read what the server said, then download the pass again.")
      return false
    }
    if head.drop(while: \.isWhitespace).hasPrefix("{") {
      report(
        .error, "archive-not-zip", "the file is JSON text, it is not a zip archive",
        hint: "A pass is a zip archive that holds pass.json. To look at a bare pass.json, put it into a folder.")
      return false
    }
    return true
  }

  private mutating func open(_ bytes: [UInt8]) -> OpaquePointer? {
    switch Self.open(bytes, flags: ZIP_CHECKCONS) {
    case .success(let archive): return archive
    case .failure(let strict):
      // What the strict reading complains about may still be read by others, so tell and go on.
      switch Self.open(bytes, flags: 0) {
      case .success(let archive):
        if strict.code != ZIP_ER_EXISTS {
          report(
            .warning, "archive-inconsistent",
            "the parts of the archive contradict each other (\(strict.description))",
            hint: "Readers may disagree about its files. Pack it again with a common zip program.")
        }
        return archive
      case .failure(let failure):
        if failure.code == ZIP_ER_NOZIP || failure.code == ZIP_ER_INCONS || failure.code == ZIP_ER_EOF {
          let isCut = bytes.starts(with: [0x50, 0x4B, 3, 4])
          report(
            .error, isCut ? "archive-truncated" : "archive-not-zip",
            isCut
              ? "the file begins like a zip archive, but its table of contents at the end is missing or damaged"
              : "the file is not a zip archive",
            hint: isCut ? "It was cut off or damaged on the way. Fetch it again." : "A pass is a zip archive.")
        } else {
          report(
            .error, "archive-unreadable", "the archive cannot be opened: \(failure.description)",
            hint: "Pack it again with a common zip program.")
        }
        return nil
      }
    }
  }

  private struct LibzipFailure: Error {
    let code: CInt
    let description: String

    init(_ error: inout zip_error_t) {
      code = zip_error_code_zip(&error)
      description = String(cString: zip_error_strerror(&error))
    }
  }

  private static func open(_ bytes: [UInt8], flags: CInt) -> Result<OpaquePointer, LibzipFailure> {
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let copy = malloc(max(bytes.count, 1)) else {
      zip_error_set(&error, ZIP_ER_MEMORY, 0)
      return .failure(LibzipFailure(&error))
    }
    _ = bytes.withUnsafeBytes { memcpy(copy, $0.baseAddress ?? UnsafeRawPointer(copy), $0.count) }
    // From here on libzip owns the copy (freep = 1).
    guard let source = zip_source_buffer_create(copy, zip_uint64_t(bytes.count), 1, &error) else {
      free(copy)
      return .failure(LibzipFailure(&error))
    }
    guard let archive = zip_open_from_source(source, ZIP_RDONLY | flags, &error) else {
      zip_source_free(source)
      return .failure(LibzipFailure(&error))
    }
    return .success(archive)
  }

  // MARK: - Entries

  private mutating func readEntry(_ index: zip_uint64_t, of archive: OpaquePointer, rawName: ArraySlice<UInt8>?) {
    guard let cName = zip_get_name(archive, index, zip_flags_t(ZIP_FL_ENC_RAW)) else {
      report(
        .error, "archive-entry-corrupt", "entry \(index + 1) has no readable header", hint: "Pack the archive again.")
      return
    }
    guard let path = String(validatingCString: cName) else {
      report(
        .error, "archive-name-not-utf8", "the name “\(String(cString: cName))” is not UTF-8",
        hint: "Rename the file with plain letters and pack again.")
      return
    }
    // libzip shows a zero byte in a name as a blank.
    if let problem = rawName?.contains(0) == true ? "holds a zero byte" : ArchivePath.problem(in: path) {
      report(
        .error, "archive-path-unsafe", at: path, "the name \(problem)",
        hint: "Names in a pass are relative, with “/” between folders. Pack from inside the pass folder.")
      return
    }
    if path.hasSuffix("/") {
      directoryEntries += 1
      return
    }
    guard seenNames.insert(path).inserted else {
      report(
        .error, "archive-duplicate-entry", at: path, "the archive holds this file more than once",
        hint: "Readers disagree about which one counts. Pack again from an empty archive.")
      return
    }
    if !seenLowercaseNames.insert(path.lowercased()).inserted {
      report(
        .warning, "archive-case-duplicate", at: path, "another file has this name except for upper and lower case",
        hint: "On many file systems one overwrites the other. Keep the one that pass.json means.")
    }
    guard isReadable(index, of: archive, path: path) else { return }
    if let bytes = inflate(index, of: archive, path: path) { contents.files[path] = bytes }
  }

  private mutating func isReadable(_ index: zip_uint64_t, of archive: OpaquePointer, path: String) -> Bool {
    var host: zip_uint8_t = 0
    var attributes: zip_uint32_t = 0
    if zip_file_get_external_attributes(archive, index, 0, &host, &attributes) == 0,
      zip_uint32_t(host) == ZIP_OPSYS_UNIX || zip_uint32_t(host) == ZIP_OPSYS_OS_X,
      attributes >> 16 & 0xF000 == 0xA000
    {
      report(
        .error, "archive-symlink", at: path, "the entry is a symbolic link",
        hint: "Put the file itself into the pass (`zip` without -y).")
      return false
    }
    var stat = zip_stat_t()
    zip_stat_init(&stat)
    guard zip_stat_index(archive, index, 0, &stat) == 0 else {
      report(.error, "archive-entry-corrupt", at: path, "the entry's header is damaged", hint: "Pack it again.")
      return false
    }
    if stat.valid & zip_uint64_t(ZIP_STAT_ENCRYPTION_METHOD) != 0, CInt(stat.encryption_method) != ZIP_EM_NONE {
      report(
        .error, "archive-encrypted", at: path, "the entry is encrypted",
        hint: "Wallet has no password to ask for. Pack without encryption.")
      return false
    }
    let method = CInt(stat.comp_method)
    if stat.valid & zip_uint64_t(ZIP_STAT_COMP_METHOD) != 0, method != ZIP_CM_STORE, method != ZIP_CM_DEFLATE {
      report(
        .error, "archive-compression-unsupported", at: path, "the entry uses compression method \(method)",
        hint: "Wallet reads stored and deflated entries. Pack with a plain `zip`.")
      return false
    }
    return true
  }

  /// Reads an entry piece by piece and stops as soon as a limit is passed, whatever size the archive claims.
  private mutating func inflate(_ index: zip_uint64_t, of archive: OpaquePointer, path: String) -> [UInt8]? {
    guard let file = zip_fopen_index(archive, index, 0) else {
      let reason = String(cString: zip_error_strerror(zip_get_error(archive)))
      report(.error, "archive-entry-corrupt", at: path, "the entry cannot be read: \(reason)", hint: "Pack it again.")
      return nil
    }
    defer { zip_fclose(file) }
    var stat = zip_stat_t()
    zip_stat_init(&stat)
    let knowsSize = zip_stat_index(archive, index, 0, &stat) == 0 && stat.comp_size > 0
    let compressed = knowsSize ? Int(clamping: stat.comp_size) : Int.max
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = piece.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { zip_fread(file, $0, zip_uint64_t(buffer.count)) } ?? -1
      }
      guard count >= 0 else {
        let reason = String(cString: zip_error_strerror(zip_file_get_error(file)))
        report(
          .error, "archive-entry-corrupt", at: path, "the entry's bytes are damaged: \(reason)",
          hint: "It was damaged on the way, or packed badly. Fetch or pack it again.")
        return nil
      }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: piece[0..<min(Int(count), piece.count)])
      contents.inflatedBytes += Int(count)
      if bytes.count > limits.entryBytes || contents.inflatedBytes > limits.totalBytes {
        report(
          .error, "archive-too-large", at: path,
          "the entry unpacks to more than is read here (\(limits.entryBytes >> 20) MB an entry, "
            + "\(limits.totalBytes >> 20) MB in all)",
          hint: "A pass is some hundred kilobytes. Look at what packed this one.")
        return nil
      }
      if bytes.count > 1 << 20, bytes.count / limits.ratio > compressed {
        report(
          .error, "archive-bomb", at: path,
          "the entry unpacks to over \(limits.ratio) times its packed size, as archives do that are made to do harm",
          hint: "Do not open this archive with other programs.")
        return nil
      }
    }
  }
}
