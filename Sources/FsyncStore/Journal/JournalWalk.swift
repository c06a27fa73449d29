import FsyncCore
import FsyncSystem

/// Walks over a journal's blocks, decides which transactions are valid, and adds them up.
///
/// A transaction is durable before anything follows it. So what is invalid at the end is a torn
/// tail, which never was acknowledged, and what is invalid before a valid transaction, or was
/// written in this boot together with a valid record, is damage: it is noted and passed over.
struct JournalWalk: ~Copyable {
  private let file: SharedFile
  private var window: BlockWindow
  private let path: [UInt8]
  private let nonce: UInt64
  private let bootID: [UInt8]
  private(set) var position: JournalPosition

  /// A block as its first bytes describe it.
  private enum Block {
    /// A frame; its summary is nil where the rest of it is damaged.
    case frame(Frame.Summary?, length: Int, chain: UInt64)
    /// A record whose own checksum is right.
    case transaction(TransactionRecord, body: [UInt8])
    case invalid
  }

  init(
    _ file: SharedFile, path: [UInt8], size: UInt64, nonce: UInt64, bootID: [UInt8],
    from position: JournalPosition
  ) {
    self.file = file
    self.path = path
    self.nonce = nonce
    self.bootID = bootID
    self.position = position
    window = BlockWindow(size: size)
  }

  /// Goes on to the last valid transaction.
  /// - Parameter visit: told each transaction's intact frames, with its body.
  mutating func run(
    _ visit: ([PlacedFrame], TransactionBody) -> Void
  ) throws(StoreError) {
    while try step(visit) {}
  }

  private mutating func step(
    _ visit: ([PlacedFrame], TransactionBody) -> Void
  ) throws(StoreError) -> Bool {
    var frames: [PlacedFrame] = []
    var damaged: [UInt64] = []
    var offset = position.end
    var chain = position.chain
    while true {
      switch try block(at: offset, chain: chain) {
      case .frame(let summary, let length, let next):
        if let summary {
          frames.append(PlacedFrame(offset: offset, summary: summary))
        } else {
          damaged.append(offset)
        }
        chain = next
        offset += UInt64(length)
      case .transaction(let record, let bytes)
      where record.chain == chain && record.gap == offset - position.end:
        guard let body = try? TransactionBody(decoding: bytes) else {
          throw .version(file: path)
        }
        let end = offset + UInt64(record.length)
        if !damaged.isEmpty, body.bootID != bootID, try transaction(from: end) == nil {
          return false
        }
        accept(body, record, end: end, damaged: damaged)
        visit(frames, body)
        return true
      case .transaction, .invalid:
        // A damaged frame's length may be part of the damage.
        return try skip(from: damaged.first ?? offset, visit)
      }
    }
  }

  private mutating func accept(
    _ body: TransactionBody, _ record: TransactionRecord, end: UInt64, damaged: [UInt64]
  ) {
    if record.isCheckpoint { position.state = ReplicaState() }
    body.apply(to: &position.state)
    position.end = end
    position.chain = record.checksum
    position.damagedFrames += damaged
  }

  /// Where blocks cannot be followed: a torn tail if no record follows.
  private mutating func skip(
    from offset: UInt64, _ visit: ([PlacedFrame], TransactionBody) -> Void
  ) throws(StoreError) -> Bool {
    guard let found = try transaction(from: offset) else { return false }
    guard found.offset >= position.end, found.offset - position.end == found.record.gap else {
      // A whole transaction is gone: what follows was computed on a state that is not known.
      throw .damaged(file: path)
    }
    guard let body = try? TransactionBody(decoding: found.body) else {
      throw .version(file: path)
    }
    let end = found.offset + UInt64(found.record.length)
    if body.bootID != bootID, try transaction(from: end) == nil { return false }
    let frames = try salvage(position.end..<found.offset)
    accept(body, found.record, end: end, damaged: [offset])
    visit(frames, body)
    return true
  }

  /// Finds intact frames in a range whose blocks cannot be followed.
  private mutating func salvage(_ range: Range<UInt64>) throws(StoreError) -> [PlacedFrame] {
    var frames: [PlacedFrame] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      if case .frame(let summary?, let length, _) = try block(at: offset, chain: 0),
        offset + UInt64(length) <= range.upperBound
      {
        frames.append(PlacedFrame(offset: offset, summary: summary))
        offset += UInt64(length)
      } else {
        offset += 1
      }
    }
    return frames
  }

  /// Finds the next record whose own checksum is right.
  ///
  /// Nobody who does not know the nonce can have made bytes that look like one.
  private mutating func transaction(
    from start: UInt64
  ) throws(StoreError) -> (offset: UInt64, record: TransactionRecord, body: [UInt8])? {
    var offset = start
    while offset < window.size {
      let count = Int(min(window.size - offset, 1 << 18))
      let found = try naming(path) { () throws(SystemError) in
        try window.withBytes(of: file.file, at: offset, count: count) { bytes in
          BlockWindow.find(TransactionRecord.magic, in: bytes)
        }
      }
      guard let found else { return nil }
      guard let place = found else {
        // The magic may lie across the border of two pieces.
        offset += UInt64(max(1, count - 3))
        continue
      }
      offset += UInt64(place)
      if case .transaction(let record, let body) = try block(at: offset, chain: 0) {
        return (offset, record, body)
      }
      offset += 1
    }
    return nil
  }

  private mutating func block(at offset: UInt64, chain: UInt64) throws(StoreError) -> Block {
    let nonce = nonce
    let file = file
    return try naming(path) { () throws(SystemError) in
      let head = try window.withBytes(of: file.file, at: offset, count: 40) { bytes in
        (
          frame: try? Frame.head(of: bytes).frameLength,
          record: TransactionRecord(head: bytes, nonce: nonce),
          chain: TransactionRecord.link(bytes, chain: chain)
        )
      }
      guard let head else { return .invalid }
      if let record = head.record {
        let body = try window.withBytes(of: file.file, at: offset + 40, count: record.bodyLength) {
          record.matches($0) ? Array($0) : nil
        }
        guard let body, let body else { return .invalid }
        return .transaction(record, body: body)
      }
      guard let length = head.frame else { return .invalid }
      let summary = try window.withBytes(of: file.file, at: offset, count: length) {
        try? Frame.Summary(decoding: $0)
      }
      guard let summary else { return .invalid }
      return .frame(summary, length: length, chain: head.chain)
    }
  }
}

extension BlockWindow {
  /// The first place of four bytes in a buffer.
  static func find(_ magic: UInt32, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 4 else { return nil }
    let first = UInt8(truncatingIfNeeded: magic)
    for index in 0...(bytes.count - 4) where bytes[index] == first {
      if UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)) == magic
      {
        return index
      }
    }
    return nil
  }
}
