import FsyncCore
import FsyncSystem

/// What the last writer left in the lock's file for the next one: how far the journal is known
/// to be durable.
///
/// It is never synced: it is of use only to processes of the same boot, and a note that is
/// missing or does not fit costs the next writer one fdatasync.
struct WriterNote: Hashable, Sendable {
  /// The journal's random name.
  var journal: [UInt8]
  /// The end of what is durable.
  var end: UInt64
  /// Whether an fdatasync failed: the kernel may have dropped what was written, so nothing may
  /// be appended to this journal any more.
  var hasFailed: Bool
  /// The boot it was written in.
  var bootID: [UInt8]

  var encoded: [UInt8] {
    var writer = ByteWriter(reserving: 48)
    writer.raw(Array("FSYNCWRN".utf8))
    writer.raw(journal)
    writer.fixed(end)
    writer.fixed(UInt64(hasFailed ? 1 : 0))
    writer.fixed(Checksum.xxh3(writer.bytes, seed: Checksum.xxh3(bootID)))
    return writer.bytes
  }

  /// Reads the note of a store; nil where there is none for this journal and boot.
  static func read(
    in folder: [UInt8], journal: [UInt8], bootID: [UInt8]
  ) -> WriterNote? {
    guard let file = try? File(Layout.path(folder, Layout.writer), .read),
      let bytes = try? file.read(48, at: 0), bytes.count == 48
    else { return nil }
    var reader = ByteReader(bytes, 24..<40)
    guard let end = try? reader.fixed(UInt64.self), let flags = try? reader.fixed(UInt64.self)
    else { return nil }
    let note = WriterNote(journal: journal, end: end, hasFailed: flags == 1, bootID: bootID)
    return note.encoded == bytes ? note : nil
  }

  /// Leaves the note.
  func write(in folder: [UInt8]) throws(SystemError) {
    let file = try File(Layout.path(folder, Layout.writer), .readWrite)
    try file.write(encoded, at: 0)
  }
}
