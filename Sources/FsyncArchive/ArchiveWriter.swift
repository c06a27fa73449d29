internal import CArchive
package import FsyncCore
internal import FsyncSystem

/// Writes an archive as a stream, in memory that does not grow with what is in it.
///
/// Names are bytes. Those that are UTF-8 are marked as such; others stay as they are, which tar can
/// say and zip cannot, so what a program makes of them there is its own affair. An archive that was
/// not finished has no end and is not taken for a whole one.
package final class ArchiveWriter {
  private let archive: OpaquePointer
  private let entry: OpaquePointer
  private let sink: Sink
  private var left: UInt64 = 0
  private var hasFailed = false

  /// What takes the bytes, where the library's callback finds it.
  private final class Sink {
    let take: (UnsafeRawBufferPointer) -> Bool
    var isClosed = false

    init(_ take: @escaping (UnsafeRawBufferPointer) -> Bool) { self.take = take }
  }

  /// The years 1 to 9999: beyond them the library's calendar ends, and the program with it.
  private static let years: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
  /// Bytes that are handed on at once.
  private static let block: Int32 = 64 << 10

  /// Begins an archive.
  /// - Parameter sink: takes bytes in order; false where it takes no more.
  package init(
    _ format: ArchiveFormat, to sink: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(ArchiveError) {
    guard let archive = archive_write_new() else { throw .library("no memory") }
    guard let entry = archive_entry_new() else {
      archive_write_free(archive)
      throw .library("no memory")
    }
    self.archive = archive
    self.entry = entry
    self.sink = Sink(sink)
    try prepare(format)
    let opened = archive_write_open(
      archive, Unmanaged.passUnretained(self.sink).toOpaque(), nil,
      { _, context, bytes, count in
        guard let context else { return -1 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        if !sink.isClosed {
          sink.isClosed = !sink.take(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        return sink.isClosed ? -1 : count
      }, nil)
    try check(opened)
  }

  deinit {
    // Else the library would write the end of what has none.
    if hasFailed { archive_write_fail(archive) }
    archive_entry_free(entry)
    archive_write_free(archive)
  }

  private func prepare(_ format: ArchiveFormat) throws(ArchiveError) {
    switch format {
    case .tarGzip:
      try check(archive_write_set_format_pax_restricted(archive))
      try check(archive_write_add_filter_gzip(archive))
      // The same content is the same archive, whenever it is made.
      try check(archive_write_set_filter_option(archive, "gzip", "timestamp", nil))
      try check(archive_write_set_filter_option(archive, "gzip", "compression-level", "4"))
    case .tarZstd:
      try check(archive_write_set_format_pax_restricted(archive))
      try check(archive_write_add_filter_zstd(archive))
    case .zip:
      try check(archive_write_set_format_zip(archive))
      try check(archive_write_set_format_option(archive, "zip", "compression-level", "4"))
    }
    try check(archive_write_set_bytes_per_block(archive, Self.block))
    try check(archive_write_set_bytes_in_last_block(archive, 1))
  }

  /// Begins a file, whose content follows in `write`.
  package func addFile(
    _ path: [UInt8], size: UInt64, mode: UInt16, mtime: Timestamp
  ) throws(ArchiveError) {
    try add(path, type: UInt32(S_IFREG), mode: mode, mtime, size: size)
    left = size
  }

  /// Adds a folder.
  package func addFolder(_ path: [UInt8], mode: UInt16, mtime: Timestamp) throws(ArchiveError) {
    try add(path + [UInt8(ascii: "/")], type: UInt32(S_IFDIR), mode: mode, mtime)
  }

  /// Adds a symbolic link.
  package func addLink(
    _ path: [UInt8], target: [UInt8], mtime: Timestamp
  ) throws(ArchiveError) {
    try add(path, type: UInt32(S_IFLNK), mode: 0o777, mtime, target: target)
  }

  /// Adds some of the content of the file that was begun last.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    guard UInt64(bytes.count) <= left else {
      hasFailed = true
      throw .size
    }
    guard !bytes.isEmpty else { return }
    let count = archive_write_data(archive, bytes.baseAddress, bytes.count)
    guard count == bytes.count else { throw failure() }
    left -= UInt64(count)
  }

  /// Writes the end.
  package func finish() throws(ArchiveError) {
    try finishFile()
    try check(archive_write_close(archive))
  }

  /// Gives the archive up: it stays without an end.
  package func abandon() { hasFailed = true }

  private func finishFile() throws(ArchiveError) {
    guard left == 0 else {
      // The library would fill what is missing with zeros.
      hasFailed = true
      throw .size
    }
  }

  private func add(
    _ path: [UInt8], type: UInt32, mode: UInt16, _ mtime: Timestamp, size: UInt64? = nil,
    target: [UInt8]? = nil
  ) throws(ArchiveError) {
    try finishFile()
    let isText = ([path] + (target.map { [$0] } ?? [])).allSatisfy {
      String(validating: $0, as: UTF8.self) != nil
    }
    let encoding: NameEncoding = isText ? .utf8 : .bytes
    let code = encoding.use {
      archive_entry_clear(entry)
      Self.withText(path) { archive_entry_copy_pathname(entry, $0) }
      if let target { Self.withText(target) { archive_entry_copy_symlink(entry, $0) } }
      archive_entry_set_filetype(entry, type)
      archive_entry_set_perm(entry, mode_t(mode))
      let seconds = min(max(mtime.seconds, Self.years.lowerBound), Self.years.upperBound)
      archive_entry_set_mtime(entry, time_t(seconds), Int(mtime.nanoseconds))
      archive_entry_set_size(entry, Int64(clamping: size ?? 0))
      return archive_write_header(archive, entry)
    }
    try check(code)
  }

  private static func withText(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Void) {
    (bytes + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { if let start = $0.baseAddress { body(start) } }
    }
  }

  private func check(_ code: Int32) throws(ArchiveError) {
    // A warning says that something could be told in part only; it is told as well as it can be.
    guard code < ARCHIVE_WARN else { return }
    throw failure()
  }

  private func failure() -> ArchiveError {
    hasFailed = true
    if sink.isClosed { return .closed }
    return .library(archive_error_string(archive).map { String(cString: $0) } ?? "unknown")
  }
}
