/// The conflicts and notices of a view or commit, in rising order of (path, kind).
package struct ConflictTable: Hashable, Sendable {
  /// The conflicts, then told apart by `Conflict.isNotice`, in order.
  package let conflicts: [Conflict]

  /// Sorts and keeps conflicts; of two equal in path and kind the first is kept.
  package init(_ conflicts: [Conflict]) {
    var result: [Conflict] = []
    for conflict in conflicts.sorted() {
      if let last = result.last, !(last < conflict) { continue }
      result.append(conflict)
    }
    self.conflicts = result
  }

  /// The table without anything.
  package static let empty = ConflictTable([])

  /// The same table with the commit that carries it in place of "this commit".
  package func resolved(by carrier: ObjectID) -> ConflictTable {
    ConflictTable(
      conflicts.map { conflict in
        var result = conflict
        for index in result.sides.indices where result.sides[index].commit == nil {
          result.sides[index].commit = carrier
        }
        return result
      })
  }

  /// The open conflict at a path; nil where there is none.
  package func openConflict(at path: Path) -> Conflict? {
    var low = 0
    var high = conflicts.count
    while low < high {
      let middle = (low + high) / 2
      if conflicts[middle].path < path { low = middle + 1 } else { high = middle }
    }
    while low < conflicts.count, conflicts[low].path == path {
      if !conflicts[low].isNotice { return conflicts[low] }
      low += 1
    }
    return nil
  }

  /// What people must decide about.
  package var open: [Conflict] { conflicts.filter { !$0.isNotice } }
  /// What people should know.
  package var notices: [Conflict] { conflicts.filter(\.isNotice) }
}

/// A path at which versions clash, with all of them.
package struct Conflict: Hashable, Comparable, Sendable {
  /// How they clash; the raw value is the byte of the encoding, from 16 on for notices.
  package enum Kind: UInt8, Hashable, Sendable {
    /// Several edits of one base that do not merge.
    case edits = 1
    /// Several additions of one name.
    case additions = 2
    /// A file or link against a directory.
    case kinds = 3
    /// Notice: an edit met a deletion and stayed.
    case editKept = 16
    /// Notice: a rename met a deletion and stayed.
    case renameKept = 17
    /// Notice: a move into itself was dropped.
    case moveDropped = 18
    /// Notice: `.fsyncattributes` names a strategy that this engine does not know.
    case strategyUnknown = 19
  }

  /// One version.
  package struct Side: Hashable, Comparable, Sendable {
    /// Where the version is in the tree: the conflict's own path for the one that keeps the
    /// plain name, else the path of its copy.
    package var path: Path
    /// What it is.
    package var entry: Entry
    /// The commit that introduced it; nil for the commit that carries the table, whose own id
    /// cannot be inside it.
    package var commit: ObjectID?
    /// Contents of the earlier versions that edits of this one replaced while the conflict was
    /// open, newest first: by them a merge knows which version an edit is an edit of.
    package var supersedes: [ObjectID]

    /// The most earlier versions that are remembered.
    package static let maximumSuperseded = 64

    /// Makes a side; of earlier versions the newest are kept.
    package init(path: Path, entry: Entry, commit: ObjectID?, supersedes: [ObjectID] = []) {
      self.path = path
      self.entry = entry
      self.commit = commit
      self.supersedes = Array(supersedes.prefix(Side.maximumSuperseded))
    }

    /// Orders by place, then by content.
    package static func < (left: Side, right: Side) -> Bool {
      left.path != right.path
        ? left.path < right.path : left.entry.content < right.entry.content
    }
  }

  /// The path at which the versions clash.
  package var path: Path
  /// How they clash.
  package var kind: Kind
  /// The version that all sides started from; nil for additions.
  package var base: Entry?
  /// The versions, in rising order of path; no two are at one path.
  package var sides: [Side]

  /// Makes a conflict; sides are sorted here.
  package init(path: Path, kind: Kind, base: Entry?, sides: [Side]) {
    self.path = path
    self.kind = kind
    self.base = base
    self.sides = sides.sorted()
  }

  /// Says whether nobody has to decide anything.
  package var isNotice: Bool { kind.rawValue >= 16 }

  /// Orders by path, then by kind.
  package static func < (left: Conflict, right: Conflict) -> Bool {
    left.path != right.path ? left.path < right.path : left.kind.rawValue < right.kind.rawValue
  }
}

extension ConflictTable {
  /// The canonical encoding.
  package var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.byte(1)
    writer.count(conflicts.count)
    for conflict in conflicts {
      writer.string(conflict.path.bytes)
      writer.byte(conflict.kind.rawValue)
      writer.byte(conflict.base == nil ? 0 : 1)
      if let base = conflict.base { ConflictTable.encode(base, &writer) }
      writer.count(conflict.sides.count)
      for side in conflict.sides {
        writer.string(side.path.bytes)
        ConflictTable.encode(side.entry, &writer)
        writer.optional(side.commit)
        writer.count(side.supersedes.count)
        for id in side.supersedes { writer.id(id) }
      }
    }
    return writer.bytes
  }

  private static func encode(_ entry: Entry, _ writer: inout ByteWriter) {
    writer.byte(entry.kind.rawValue)
    writer.varint(UInt64(entry.mode))
    writer.timestamp(entry.mtime)
    writer.varint(entry.size)
    writer.id(entry.content)
    writer.optional(entry.attributes)
  }

  /// Decodes a table; throws where the bytes are not the canonical encoding of one.
  package init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    guard version == 1 else { throw .tag(version) }
    let count = try reader.elements(atMost: Limits.object, eachAtLeast: 4)
    var conflicts: [Conflict] = []
    conflicts.reserveCapacity(count)
    for _ in 0..<count {
      let conflict = try ConflictTable.conflict(&reader)
      if let last = conflicts.last, !(last < conflict) { throw .order }
      conflicts.append(conflict)
    }
    try reader.finish()
    self.init(conflicts)
  }

  private static func conflict(_ reader: inout ByteReader) throws(DecodeError) -> Conflict {
    let path = try Path(try reader.string(atMost: Limits.path))
    let kindByte = try reader.byte()
    guard let kind = Conflict.Kind(rawValue: kindByte) else { throw .tag(kindByte) }
    let hasBase = try reader.byte()
    guard hasBase <= 1 else { throw .tag(hasBase) }
    let base = hasBase == 1 ? try entry(&reader) : nil
    let count = try reader.elements(atMost: Limits.heads, eachAtLeast: 42)
    var sides: [Conflict.Side] = []
    for _ in 0..<count {
      let side = Conflict.Side(
        path: try Path(try reader.string(atMost: Limits.path)), entry: try entry(&reader),
        commit: try reader.optionalID(), supersedes: try superseded(&reader))
      if let last = sides.last, last.path >= side.path { throw .order }
      sides.append(side)
    }
    return Conflict(path: path, kind: kind, base: base, sides: sides)
  }

  private static func superseded(
    _ reader: inout ByteReader
  ) throws(DecodeError) -> [ObjectID] {
    let count = try reader.elements(
      atMost: Conflict.Side.maximumSuperseded, eachAtLeast: ObjectID.byteCount)
    var result: [ObjectID] = []
    for _ in 0..<count { result.append(try reader.id()) }
    return result
  }

  private static func entry(_ reader: inout ByteReader) throws(DecodeError) -> Entry {
    let kindByte = try reader.byte()
    guard let kind = Entry.Kind(rawValue: kindByte) else { throw .tag(kindByte) }
    let entry = Entry(
      kind: kind, mode: UInt16(try reader.count(atMost: 0o777)), mtime: try reader.timestamp(),
      size: try reader.varint(), content: try reader.id(),
      attributes: try reader.optionalID())
    guard entry.isWellFormed else { throw .notCanonical }
    return entry
  }
}
