import FsyncCore
import FsyncSystem
import Synchronization

/// A sorted index that can be asked, over mapped or owned bytes.
///
/// Its head was verified when it was opened; each of the 256 buckets is verified when it is
/// first looked into.
final class ObjectIndex: Sendable {
  let layout: IndexLayout
  private let storage: Storage
  private let verified: Mutex<(UInt64, UInt64, UInt64, UInt64)>

  private enum Storage: Sendable {
    case mapped(MappedFile, skip: Int)
    case owned([UInt8])
  }

  /// Takes over an index in memory that was laid out for offset 0.
  init?(owning bytes: [UInt8]) {
    guard bytes.count >= IndexLayout.footerLength else { return nil }
    let footer = Array(bytes.suffix(IndexLayout.footerLength))
    guard let found = IndexLayout.decode(footer: footer, fileSize: UInt64(bytes.count)),
      found.layout.start == 0
    else { return nil }
    layout = found.layout
    storage = .owned(bytes)
    verified = Mutex((0, 0, 0, 0))
    guard isHeadValid(found.headChecksum) else { return nil }
  }

  /// Maps the index at the end of a file; nil where it is damaged.
  init?(_ file: borrowing File, size: UInt64) throws(SystemError) {
    guard size >= UInt64(IndexLayout.footerLength) else { return nil }
    let footer = try file.read(
      IndexLayout.footerLength, at: size - UInt64(IndexLayout.footerLength))
    guard let found = IndexLayout.decode(footer: footer, fileSize: size) else { return nil }
    layout = found.layout
    // A mapping begins on a page; the index somewhere in it.
    let skip = Int(layout.start & 4095)
    storage = .mapped(
      try MappedFile(
        file, offset: layout.start - UInt64(skip), length: layout.length + skip), skip: skip)
    verified = Mutex((0, 0, 0, 0))
    guard isHeadValid(found.headChecksum) else { return nil }
  }

  @inline(__always)
  private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch storage {
    case .mapped(let file, let skip): body(UnsafeRawBufferPointer(rebasing: file.bytes[skip...]))
    case .owned(let bytes): bytes.withUnsafeBytes(body)
    }
  }

  private func isHeadValid(_ checksum: UInt64) -> Bool {
    withBytes { bytes in
      guard
        Checksum.xxh3(UnsafeRawBufferPointer(rebasing: bytes[..<layout.idsOffset])) == checksum
      else { return false }
      var last = 0
      for byte in 0..<256 {
        let next = fanOut(bytes, byte)
        if next < last || next > layout.objects { return false }
        last = next
      }
      var previous: UInt64 = 0
      for frame in 0...layout.frames {
        let offset = self.offset(bytes, frame)
        if offset < previous { return false }
        previous = offset
      }
      return last == layout.objects
    }
  }

  private func fanOut(_ bytes: UnsafeRawBufferPointer, _ byte: Int) -> Int {
    Int(
      UInt32(
        littleEndian: bytes.loadUnaligned(
          fromByteOffset: layout.fanOutOffset + byte * 4, as: UInt32.self)))
  }

  private func offset(_ bytes: UnsafeRawBufferPointer, _ frame: Int) -> UInt64 {
    UInt64(
      littleEndian: bytes.loadUnaligned(
        fromByteOffset: layout.framesOffset + frame * 8, as: UInt64.self))
  }

  private func bucket(_ bytes: UnsafeRawBufferPointer, _ byte: UInt8) -> Range<Int> {
    (byte == 0 ? 0 : fanOut(bytes, Int(byte) - 1))..<fanOut(bytes, Int(byte))
  }

  private func slot(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Slot {
    Slot(
      packed: UInt64(
        littleEndian: bytes.loadUnaligned(
          fromByteOffset: layout.slotsOffset + index * 8, as: UInt64.self)))
  }

  private func id(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> ObjectID {
    ObjectID(loading: bytes, at: layout.idsOffset + index * 32)
  }

  /// The checksum of a bucket: of its slots, seeded with that of its ids.
  static func checksum(
    _ bytes: UnsafeRawBufferPointer, _ layout: IndexLayout, _ range: Range<Int>
  ) -> UInt64 {
    let ids = layout.idsOffset + range.lowerBound * 32..<layout.idsOffset + range.upperBound * 32
    let slots =
      layout.slotsOffset + range.lowerBound * 8..<layout.slotsOffset + range.upperBound * 8
    return Checksum.xxh3(
      UnsafeRawBufferPointer(rebasing: bytes[slots]),
      seed: Checksum.xxh3(UnsafeRawBufferPointer(rebasing: bytes[ids])))
  }

  /// Says whether a bucket's bytes are as they were written.
  func isValid(bucket byte: UInt8) -> Bool {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    let known = verified.withLock { words in
      switch byte >> 6 {
      case 0: words.0 & bit != 0
      case 1: words.1 & bit != 0
      case 2: words.2 & bit != 0
      default: words.3 & bit != 0
      }
    }
    if known { return true }
    let isValid = withBytes { bytes in
      let stored = UInt64(
        littleEndian: bytes.loadUnaligned(
          fromByteOffset: layout.checksumsOffset + Int(byte) * 8, as: UInt64.self))
      return ObjectIndex.checksum(bytes, layout, bucket(bytes, byte)) == stored
    }
    guard isValid else { return false }
    verified.withLock { words in
      switch byte >> 6 {
      case 0: words.0 |= bit
      case 1: words.1 |= bit
      case 2: words.2 |= bit
      default: words.3 |= bit
      }
    }
    return true
  }

  /// The range of a frame in its file; nil where the index has no such frame.
  func range(ofFrame frame: Int) -> Range<UInt64>? {
    guard frame >= 0, frame < layout.frames else { return nil }
    return withBytes { offset($0, frame)..<offset($0, frame + 1) }
  }

  /// What looking for an id found.
  enum Answer {
    case absent
    case found(Slot)
    /// The bucket in which the id would be is damaged.
    case damaged
  }

  /// Says whether the filter lets an id through: false is certain.
  @inline(__always)
  func mayContain(_ id: ObjectID) -> Bool {
    withBytes { bytes in
      guard let base = bytes.baseAddress else { return false }
      return Filter.mayContain(id, in: base + layout.filterOffset, blocks: layout.blocks)
    }
  }

  /// Looks for an id.
  func find(_ id: ObjectID) -> Answer {
    guard mayContain(id) else { return .absent }
    guard isValid(bucket: id.firstByte) else { return .damaged }
    return withBytes { bytes in
      let range = bucket(bytes, id.firstByte)
      let index = lowerBound(bytes, range) { $0 < id }
      guard index < range.upperBound, self.id(bytes, index) == id else { return .absent }
      return .found(slot(bytes, index))
    }
  }

  private func lowerBound(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ isBefore: (ObjectID) -> Bool
  ) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(id(bytes, middle)) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// All entries of intact buckets, in order of id.
  var entries: [IndexEntry] {
    var result: [IndexEntry] = []
    result.reserveCapacity(layout.objects)
    forEach { id, slot in
      result.append(IndexEntry(id: id, slot: slot))
      return true
    }
    return result
  }

  /// Calls back for each entry from the first id that is not below one, until told to stop;
  /// damaged buckets are passed over.
  func forEach(from first: ObjectID? = nil, _ body: (ObjectID, Slot) -> Bool) {
    withBytes { bytes in
      for byte in Int(first?.firstByte ?? 0)..<256 where isValid(bucket: UInt8(byte)) {
        var range = bucket(bytes, UInt8(byte))
        if let first {
          range = lowerBound(bytes, range) { $0 < first }..<range.upperBound
        }
        for index in range where !body(id(bytes, index), slot(bytes, index)) { return }
      }
    }
  }
}
