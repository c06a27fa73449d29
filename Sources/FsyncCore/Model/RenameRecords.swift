/// The renames of one commit or merge, in rising order of (from, to).
package struct RenameRecords: Hashable, Sendable {
  /// One file or folder that was at a path and is at another; a folder moved whole is one.
  package struct Record: Hashable, Comparable, Sendable {
    /// Where it was.
    package let from: Path
    /// Where it is.
    package let to: Path
    /// True where the content is the same, false where only the inode says so.
    package let isExact: Bool

    /// Makes a record.
    package init(from: Path, to: Path, isExact: Bool) {
      self.from = from
      self.to = to
      self.isExact = isExact
    }

    /// Orders by source, then by target.
    package static func < (left: Record, right: Record) -> Bool {
      left.from != right.from ? left.from < right.from : left.to < right.to
    }
  }

  /// The records in order.
  package let records: [Record]

  /// Sorts and keeps records; of two with the same paths the exact one is kept.
  package init(_ records: [Record]) {
    var result: [Record] = []
    for record in records.sorted(by: { $0 < $1 || (!($1 < $0) && $0.isExact && !$1.isExact) }) {
      if let last = result.last, last.from == record.from, last.to == record.to { continue }
      result.append(record)
    }
    self.records = result
  }

  /// The canonical encoding: a version, a count, then from, to and exactness of each.
  package var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.byte(1)
    writer.count(records.count)
    for record in records {
      writer.string(record.from.bytes)
      writer.string(record.to.bytes)
      writer.byte(record.isExact ? 1 : 0)
    }
    return writer.bytes
  }

  /// Decodes records; throws where the bytes are not the canonical encoding of any.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    guard version == 1 else { throw .tag(version) }
    let count = try reader.elements(atMost: Limits.object, eachAtLeast: 5)
    var records: [Record] = []
    records.reserveCapacity(count)
    for _ in 0..<count {
      let from = try Path(try reader.string(atMost: Limits.path))
      let to = try Path(try reader.string(atMost: Limits.path))
      let exact = try reader.byte()
      guard exact <= 1 else { throw .tag(exact) }
      guard !from.isRoot, !to.isRoot, from != to else { throw .notCanonical }
      let record = Record(from: from, to: to, isExact: exact == 1)
      if let last = records.last, !(last < record) { throw .order }
      records.append(record)
    }
    try reader.finish()
    self.init(records)
  }
}
