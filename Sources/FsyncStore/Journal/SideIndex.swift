import FsyncCore
import FsyncSystem

/// A derived file beside a journal: its older part understood, so that opening need not read it.
/// ```
///  0  8  "FSYNCSIX"
///  8  4  version, 1
/// 12  4  bytes of state
/// 16 16  the journal's name
/// 32  8  end of the journal's part that is covered
/// 40  8  the chain there
/// 48  8  XXH3 of the boot id
/// 56  8  XXH3 of the state, seeded with the XXH3 of bytes 0 to 55
/// 64     state: the body of a checkpoint
///        zero bytes up to a multiple of 64, then an index as a pack has it
/// ```
/// It is believed only in the boot in which it was written: after another one the journal itself
/// is verified.
struct SideIndex {
  static let magic = Array("FSYNCSIX".utf8)
  static let headLength = 64
  /// Bytes of journal from which on it pays to write one.
  static let worthwhile: UInt64 = 8 << 20

  let index: ObjectIndex
  let position: JournalPosition

  static func path(_ folder: [UInt8], _ number: UInt64) -> [UInt8] {
    Layout.path(folder, Layout.journal(number) + Layout.indexSuffix)
  }

  /// Reads the index of a journal; nil where there is none that can be believed.
  static func read(
    in folder: [UInt8], journal: FileHeader, size: UInt64, bootID: [UInt8]
  ) -> SideIndex? {
    guard !bootID.isEmpty, let file = try? File(path(folder, journal.number), .readNoFollow),
      let fileSize = try? file.stat().size, let head = try? file.read(headLength, at: 0)
    else { return nil }
    var reader = ByteReader(head)
    guard (try? Array(reader.raw(8))) == magic, (try? reader.fixed(UInt32.self)) == 1,
      let length = try? reader.fixed(UInt32.self), Int(length) <= TransactionLimits.body,
      (try? Array(reader.raw(16))) == journal.name, let end = try? reader.fixed(UInt64.self),
      end <= size, let chain = try? reader.fixed(UInt64.self),
      (try? reader.fixed(UInt64.self)) == Checksum.xxh3(bootID),
      let checksum = try? reader.fixed(UInt64.self),
      let state = try? file.read(Int(length), at: UInt64(headLength)),
      Checksum.xxh3(state, seed: Checksum.xxh3(head[..<56])) == checksum,
      let body = try? TransactionBody(decoding: state),
      let index = try? ObjectIndex(file, size: fileSize), index.layout.name == journal.name
    else { return nil }
    var position = JournalPosition(end: end, chain: chain, state: ReplicaState())
    body.apply(to: &position.state)
    position.indexedEnd = end
    return SideIndex(index: index, position: position)
  }

  /// Writes the index of all that is known of a journal.
  ///
  /// Nothing depends on it, so it is not synced.
  static func write(_ live: Store.Live, in folder: [UInt8], bootID: [UInt8]) throws(SystemError) {
    let state = live.position.state
    var body = TransactionBody(
      checkpoint: state, at: state.time, bootID: state.bootID, command: [])
    body.serial = state.serial
    guard let encoded = body.encoded, !bootID.isEmpty else { return }
    var writer = ByteWriter(reserving: headLength + encoded.count)
    writer.raw(magic)
    writer.fixed(UInt32(1))
    writer.fixed(UInt32(encoded.count))
    writer.raw(live.journal.name)
    writer.fixed(live.position.end)
    writer.fixed(live.position.chain)
    writer.fixed(Checksum.xxh3(bootID))
    writer.fixed(Checksum.xxh3(encoded, seed: Checksum.xxh3(writer.bytes)))
    writer.raw(encoded)
    let padding = (IndexLayout.alignment - writer.bytes.count % IndexLayout.alignment) % 64
    writer.raw([UInt8](repeating: 0, count: padding))
    let builder = IndexBuilder(
      entries: live.journal.entries, offsets: live.journal.offsets, end: live.position.end)
    let start = UInt64(writer.bytes.count)
    writer.raw(builder.encoded(at: start, name: live.journal.name))
    try AtomicFile.write(
      writer.bytes, to: Layout.journal(live.journal.number) + Layout.indexSuffix,
      in: try Directory(folder), durably: false)
  }
}
