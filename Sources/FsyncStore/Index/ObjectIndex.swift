import FsyncCore
import FsyncSystem

/// A sorted index that can be asked, over mapped or owned bytes.
///
/// Its head was verified when it was opened; each block of its body is verified when it is first
/// looked into.
final class ObjectIndex: Sendable {
  let layout: IndexLayout
  private let storage: Storage
  /// A bit for each block of the body that is as it was written.
  private let verified: SharedBits

  /// The flag of a frame with a prefix, beside its offset.
  static let prefixFlag: UInt64 = 1 << 63
  /// The flag of a cold frame, beside its offset.
  static let coldFlag: UInt64 = 1 << 62
  private static let offsetMask = coldFlag - 1
  private static let unknown = [UInt8](repeating: 0, count: 32).withUnsafeBytes {
    ObjectID(loading: $0)
  }

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
    verified = SharedBits(count: found.layout.bodyBlocks)
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
    verified = SharedBits(count: found.layout.bodyBlocks)
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
      for bucket in 0..<1 << layout.bits {
        let next = word(bytes, layout.fanOutOffset, bucket)
        if next < last || next > layout.rows { return false }
        last = next
      }
      var (previous, first): (UInt64, Int) = (0, 0)
      for frame in 0...layout.frames {
        let (offset, next) = (offset(bytes, frame), word(bytes, layout.firstsOffset, frame))
        if offset < previous || next < first { return false }
        (previous, first) = (offset, next)
      }
      return last == layout.rows && first == layout.objects
    }
  }

  private func word(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ index: Int) -> Int {
    Int(
      UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: start + index * 4, as: UInt32.self)))
  }

  private func offset(_ bytes: UnsafeRawBufferPointer, _ frame: Int) -> UInt64 {
    flagged(bytes, frame) & ObjectIndex.offsetMask
  }

  private func flagged(_ bytes: UnsafeRawBufferPointer, _ frame: Int) -> UInt64 {
    UInt64(
      littleEndian: bytes.loadUnaligned(
        fromByteOffset: layout.framesOffset + frame * 8, as: UInt64.self))
  }

  /// The range of a frame in its file; nil where the index has no such frame.
  func range(ofFrame frame: Int) -> Range<UInt64>? {
    guard frame >= 0, frame < layout.frames else { return nil }
    return withBytes { offset($0, frame)..<offset($0, frame + 1) }
  }

  /// Says whether a frame is a cold one.
  func isCold(frame: Int) -> Bool {
    guard frame >= 0, frame < layout.frames else { return false }
    return withBytes { flagged($0, frame) & ObjectIndex.coldFlag != 0 }
  }

  /// The frames that are compressed against a prefix.
  var prefixedFrames: [Int] {
    withBytes { bytes in
      (0..<layout.frames).filter { flagged(bytes, $0) & ObjectIndex.prefixFlag != 0 }
    }
  }

  /// The numbers of a frame's objects; nil where the index has no such frame.
  func ordinals(ofFrame frame: Int) -> Range<Int>? {
    guard frame >= 0, frame < layout.frames else { return nil }
    return withBytes {
      word($0, layout.firstsOffset, frame)..<word($0, layout.firstsOffset, frame + 1)
    }
  }

  /// The checksum of a block of ids and rows.
  static func checksum(
    _ bytes: UnsafeRawBufferPointer, _ layout: IndexLayout, _ block: Int
  ) -> UInt64 {
    let start = layout.idsOffset + block * IndexLayout.blockLength
    let end = min(start + IndexLayout.blockLength, layout.footerOffset)
    return Checksum.xxh3(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
  }

  private func isValid(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    let block = (offset - layout.idsOffset) / IndexLayout.blockLength
    if verified.contains(block) { return true }
    let stored = UInt64(
      littleEndian: bytes.loadUnaligned(
        fromByteOffset: layout.checksumsOffset + block * 8, as: UInt64.self))
    guard ObjectIndex.checksum(bytes, layout, block) == stored else { return false }
    verified.insert(block)
    return true
  }

  /// Says whether all of the index is as it was written.
  var isIntact: Bool {
    withBytes { bytes in
      (0..<layout.bodyBlocks).allSatisfy {
        isValid(bytes, at: layout.idsOffset + $0 * IndexLayout.blockLength)
      }
    }
  }

  private func id(_ bytes: UnsafeRawBufferPointer, _ number: Int) -> ObjectID? {
    let offset = layout.idsOffset + number * 32
    // An id lies in one block or in two.
    guard number < layout.objects, isValid(bytes, at: offset), isValid(bytes, at: offset + 31)
    else { return nil }
    let id = ObjectID(loading: bytes, at: offset)
    // Zeros stand for what a rebuilt index could not learn.
    return id.prefix64 == 0 && id == ObjectIndex.unknown ? nil : id
  }

  /// The row's number of an object and its kind; nil where it is damaged.
  private func row(_ bytes: UnsafeRawBufferPointer, _ row: Int) -> (number: Int, kind: UInt8)? {
    let offset = layout.rowsOffset + row * 4
    guard isValid(bytes, at: offset), isValid(bytes, at: offset + 3) else { return nil }
    let word = word(bytes, layout.rowsOffset, row)
    return (word & (IndexLayout.maximumObjects - 1), UInt8(word >> 28))
  }

  private func slot(_ bytes: UnsafeRawBufferPointer, _ number: Int, _ kind: UInt8) -> Slot? {
    guard let kind = ObjectKind(rawValue: kind), number < layout.objects else { return nil }
    var (low, high) = (0, layout.frames)
    while high - low > 1 {
      let middle = (low + high) / 2
      if word(bytes, layout.firstsOffset, middle) <= number { low = middle } else { high = middle }
    }
    let flags = flagged(bytes, low)
    let position = number - word(bytes, layout.firstsOffset, low)
    guard position < Limits.frameObjects else { return nil }
    return Slot(
      frame: low, position: position, kind: kind,
      hasPrefix: flags & ObjectIndex.prefixFlag != 0, isCold: flags & ObjectIndex.coldFlag != 0)
  }

  /// The id of the object of a number; nil where there is none or its bytes are damaged.
  func id(ofObject number: Int) -> ObjectID? {
    guard number >= 0, number < layout.objects else { return nil }
    return withBytes { id($0, number) }
  }

  /// What looking for an id found.
  enum Answer {
    case absent
    case found(Slot)
    /// The part of the index in which the id would be is damaged.
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

  private func bucket(_ bytes: UnsafeRawBufferPointer, of id: ObjectID) -> Range<Int> {
    let bucket = Int(id.prefix64 >> UInt64(64 - layout.bits))
    let start = bucket == 0 ? 0 : word(bytes, layout.fanOutOffset, bucket - 1)
    let end = word(bytes, layout.fanOutOffset, bucket)
    return start..<end
  }

  /// Looks for an id.
  func find(_ id: ObjectID) -> Answer {
    guard mayContain(id) else { return .absent }
    return withBytes { bytes in
      let range = bucket(bytes, of: id)
      guard let index = lowerBound(bytes, id) else { return .damaged }
      guard index < range.upperBound else { return .absent }
      guard let (number, kind) = row(bytes, index), let found = self.id(bytes, number) else {
        return .damaged
      }
      guard found == id else { return .absent }
      return slot(bytes, number, kind).map { .found($0) } ?? .damaged
    }
  }

  /// The first row of an id's bucket whose id is not below it; nil where one on the way there is
  /// damaged.
  private func lowerBound(_ bytes: UnsafeRawBufferPointer, _ id: ObjectID) -> Int? {
    let range = bucket(bytes, of: id)
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      guard let (number, _) = row(bytes, middle), let found = self.id(bytes, number) else {
        return nil
      }
      if found < id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// All entries of intact parts, in order of id.
  var entries: [IndexEntry] {
    var result: [IndexEntry] = []
    result.reserveCapacity(layout.rows)
    forEach { id, slot in
      result.append(IndexEntry(id: id, slot: slot))
      return true
    }
    return result
  }

  /// Calls back for each entry from the first id that is not below one, until told to stop;
  /// damaged parts are passed over.
  func forEach(from first: ObjectID? = nil, _ body: (ObjectID, Slot) -> Bool) {
    withBytes { bytes in
      let start = first.map { lowerBound(bytes, $0) ?? bucket(bytes, of: $0).lowerBound } ?? 0
      for index in start..<max(start, layout.rows) {
        guard let (number, kind) = row(bytes, index), let id = id(bytes, number),
          let slot = slot(bytes, number, kind), first.map({ id >= $0 }) ?? true
        else { continue }
        if !body(id, slot) { return }
      }
    }
  }

  /// The entry of a row, in order of id; nil where it is damaged.
  func entry(row index: Int) -> IndexEntry? {
    withBytes { bytes in
      guard index >= 0, index < layout.rows, let (number, kind) = row(bytes, index),
        let id = id(bytes, number), let slot = slot(bytes, number, kind)
      else { return nil }
      return IndexEntry(id: id, slot: slot)
    }
  }
}
