import FsyncCore

/// Gathers what an index holds and lays it out.
struct IndexBuilder: Sendable {
  /// The objects, in any order.
  private(set) var entries: [IndexEntry] = []
  /// The offset of each frame.
  private(set) var offsets: [UInt64] = []
  /// The end of the last frame.
  private(set) var end: UInt64

  /// Makes the index of no frames, of which the first will begin at an offset.
  init(firstFrameAt offset: UInt64) {
    end = offset
  }

  /// Takes over what is known already.
  init(entries: [IndexEntry], offsets: [UInt64], end: UInt64) {
    self.entries = entries
    self.offsets = offsets
    self.end = end
  }

  /// Adds a frame that begins at an offset, not before the end of the last one.
  mutating func append(
    _ objects: [FrameObject], hasPrefix: Bool, at offset: UInt64, length: Int
  ) {
    let number = offsets.count
    for (position, object) in objects.enumerated() {
      entries.append(
        IndexEntry(
          id: object.id,
          slot: Slot(frame: number, position: position, kind: object.kind, hasPrefix: hasPrefix)))
    }
    offsets.append(offset)
    end = offset + UInt64(length)
  }

  /// Lays the index out, to be written at an offset of its file that is a multiple of 64.
  ///
  /// Of an object that lies in several frames, the place without a prefix that comes first is
  /// kept.
  consuming func encoded(at start: UInt64, name: [UInt8]) -> [UInt8] {
    entries.sort { left, right in
      if left.id != right.id { return left.id < right.id }
      if left.slot.hasPrefix != right.slot.hasPrefix { return right.slot.hasPrefix }
      return left.slot.frame < right.slot.frame
    }
    var kept = 0
    for index in entries.indices
    where kept == 0 || entries[kept - 1].id != entries[index].id {
      entries[kept] = entries[index]
      kept += 1
    }
    entries.removeLast(entries.count - kept)
    let layout = IndexLayout(
      objects: entries.count, frames: offsets.count, blocks: Filter.blocks(for: entries.count),
      start: start, name: name)
    var bytes = [UInt8](repeating: 0, count: layout.footerOffset)
    bytes.withUnsafeMutableBytes { fill($0, layout) }
    let head = bytes.withUnsafeBytes {
      Checksum.xxh3(UnsafeRawBufferPointer(rebasing: $0[..<layout.idsOffset]))
    }
    bytes.append(contentsOf: layout.footer(headChecksum: head))
    return bytes
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ layout: IndexLayout) {
    guard let base = buffer.baseAddress else { return }
    for (index, offset) in (offsets + [end]).enumerated() {
      base.storeBytes(
        of: offset.littleEndian, toByteOffset: layout.framesOffset + index * 8, as: UInt64.self)
    }
    var start = 0
    for byte in 0..<256 {
      var end = start
      while end < entries.count, entries[end].id.firstByte == UInt8(byte) {
        let entry = entries[end]
        Filter.insert(entry.id, into: base + layout.filterOffset, blocks: layout.blocks)
        entry.id.store(to: base + layout.idsOffset + end * 32)
        base.storeBytes(
          of: entry.slot.packed.littleEndian, toByteOffset: layout.slotsOffset + end * 8,
          as: UInt64.self)
        end += 1
      }
      base.storeBytes(
        of: UInt32(end).littleEndian, toByteOffset: layout.fanOutOffset + byte * 4,
        as: UInt32.self)
      base.storeBytes(
        of: ObjectIndex.checksum(
          UnsafeRawBufferPointer(buffer), layout, start..<end
        ).littleEndian,
        toByteOffset: layout.checksumsOffset + byte * 8, as: UInt64.self)
      start = end
    }
  }
}
