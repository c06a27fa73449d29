import FsyncCore

/// Gathers what an index holds and lays it out.
struct IndexBuilder: Sendable {
  /// The objects, in any order.
  private(set) var entries: [IndexEntry] = []
  /// The offset of each frame.
  private(set) var offsets: [UInt64] = []
  /// The number of each frame's first object, where that is not what follows from the frames
  /// before.
  private var firsts: [Int: Int] = [:]
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
    _ objects: [FrameObject], hasPrefix: Bool, isCold: Bool = false, at offset: UInt64, length: Int
  ) {
    begin(at: offset, length: length)
    let number = offsets.count - 1
    for (position, object) in objects.enumerated() {
      entries.append(
        IndexEntry(
          id: object.id,
          slot: Slot(
            frame: number, position: position, kind: object.kind, hasPrefix: hasPrefix,
            isCold: isCold)))
    }
  }

  /// Adds a frame of which the objects follow one by one.
  mutating func begin(at offset: UInt64, length: Int, firstObject: Int? = nil) {
    if let firstObject { firsts[offsets.count] = firstObject }
    offsets.append(offset)
    end = offset + UInt64(length)
  }

  /// Adds objects of frames that were begun.
  mutating func take(_ more: consuming [IndexEntry]) {
    if entries.isEmpty { entries = more } else { entries += more }
  }

  /// Adds an object of a frame that was begun.
  mutating func add(_ entry: IndexEntry) { entries.append(entry) }

  /// Lays the index out, to be written at an offset of its file that is a multiple of 64.
  ///
  /// Of an object that lies in several frames, the place without a prefix that comes first gets
  /// the row.
  consuming func encoded(at start: UInt64, name: [UInt8]) -> [UInt8] {
    let numbering = Numbering(entries, offsets, firsts)
    entries.sort { left, right in
      if left.id != right.id { return left.id < right.id }
      if left.slot.hasPrefix != right.slot.hasPrefix { return right.slot.hasPrefix }
      return left.slot.frame < right.slot.frame
    }
    var rows = 0
    for index in entries.indices where index == 0 || entries[index - 1].id != entries[index].id {
      rows += 1
    }
    let layout = IndexLayout(
      rows: rows, objects: numbering.count, frames: offsets.count,
      blocks: Filter.blocks(for: rows), bits: IndexLayout.bits(for: rows), start: start,
      name: name)
    var bytes = [UInt8](repeating: 0, count: layout.length)
    bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      fillFrames(base, layout, numbering)
      fillObjects(base, layout, numbering)
      fillChecksums(UnsafeRawBufferPointer(buffer), base, layout)
    }
    let head = bytes.withUnsafeBytes {
      Checksum.xxh3(UnsafeRawBufferPointer(rebasing: $0[..<layout.idsOffset]))
    }
    bytes.replaceSubrange(layout.footerOffset..., with: layout.footer(headChecksum: head))
    return bytes
  }

  /// The number of each frame's first object, and the frames' flags.
  private struct Numbering {
    var firsts: [UInt32] = []
    var flags: [UInt64]
    var count = 0

    init(_ entries: [IndexEntry], _ offsets: [UInt64], _ known: [Int: Int]) {
      var counts = [Int](repeating: 0, count: offsets.count)
      flags = [UInt64](repeating: 0, count: offsets.count)
      for entry in entries {
        let frame = entry.slot.frame
        counts[frame] = max(counts[frame], entry.slot.position + 1)
        if entry.slot.hasPrefix { flags[frame] |= ObjectIndex.prefixFlag }
        if entry.slot.isCold { flags[frame] |= ObjectIndex.coldFlag }
      }
      firsts.reserveCapacity(offsets.count)
      for frame in offsets.indices {
        count = max(count, known[frame] ?? 0)
        firsts.append(UInt32(count))
        count += counts[frame]
      }
    }
  }

  private func fillFrames(
    _ base: UnsafeMutableRawPointer, _ layout: IndexLayout, _ numbering: Numbering
  ) {
    for frame in offsets.indices {
      base.storeBytes(
        of: (offsets[frame] | numbering.flags[frame]).littleEndian,
        toByteOffset: layout.framesOffset + frame * 8, as: UInt64.self)
      base.storeBytes(
        of: numbering.firsts[frame].littleEndian, toByteOffset: layout.firstsOffset + frame * 4,
        as: UInt32.self)
    }
    base.storeBytes(
      of: end.littleEndian, toByteOffset: layout.framesOffset + offsets.count * 8,
      as: UInt64.self)
    base.storeBytes(
      of: UInt32(numbering.count).littleEndian,
      toByteOffset: layout.firstsOffset + offsets.count * 4, as: UInt32.self)
  }

  private func fillObjects(
    _ base: UnsafeMutableRawPointer, _ layout: IndexLayout, _ numbering: Numbering
  ) {
    var row = 0
    var bucket = 0
    for (index, entry) in entries.enumerated() {
      let slot = entry.slot
      let number = numbering.firsts[slot.frame] + UInt32(slot.position)
      entry.id.store(to: base + layout.idsOffset + Int(number) * 32)
      guard index == 0 || entries[index - 1].id != entry.id else { continue }
      let next = Int(entry.id.prefix64 >> UInt64(64 - layout.bits))
      while bucket < next {
        base.storeBytes(
          of: UInt32(row).littleEndian, toByteOffset: layout.fanOutOffset + bucket * 4,
          as: UInt32.self)
        bucket += 1
      }
      Filter.insert(entry.id, into: base + layout.filterOffset, blocks: layout.blocks)
      base.storeBytes(
        of: (number | UInt32(slot.kind?.rawValue ?? 0) << 28).littleEndian,
        toByteOffset: layout.rowsOffset + row * 4, as: UInt32.self)
      row += 1
    }
    while bucket < 1 << layout.bits {
      base.storeBytes(
        of: UInt32(row).littleEndian, toByteOffset: layout.fanOutOffset + bucket * 4,
        as: UInt32.self)
      bucket += 1
    }
  }

  private func fillChecksums(
    _ buffer: UnsafeRawBufferPointer, _ base: UnsafeMutableRawPointer, _ layout: IndexLayout
  ) {
    for block in 0..<layout.bodyBlocks {
      base.storeBytes(
        of: ObjectIndex.checksum(buffer, layout, block).littleEndian,
        toByteOffset: layout.checksumsOffset + block * 8, as: UInt64.self)
    }
  }
}
