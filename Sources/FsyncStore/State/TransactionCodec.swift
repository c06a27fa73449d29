import FsyncCore

/// Bounds of a transaction's fields.
enum TransactionLimits {
  static let body = 64 << 20
  static let command = 1 << 16
  static let refName = 1024
  static let refValue = 1 << 20
  static let elements = 1 << 20
}

/// The fields that change state, each with a tag byte, in rising order of tag; a field that
/// changes nothing is left out.
private enum Tag: UInt8 {
  case end = 0
  case heads, base, refs, lagging, intent, sequence, packsAdded, packsDropped, drops, log
  case repositoryID, isBare, compression, absences
}

extension TransactionBody {
  private static let version: UInt8 = 1

  /// The encoding; nil where it would exceed its bounds.
  var encoded: [UInt8]? {
    guard command.count <= TransactionLimits.command, refs.count <= TransactionLimits.elements,
      lagging.count <= TransactionLimits.elements, (heads?.count ?? 0) <= Limits.heads
    else { return nil }
    var writer = ByteWriter(reserving: 256)
    writer.byte(TransactionBody.version)
    writer.varint(serial)
    writer.timestamp(time)
    writer.string(bootID)
    writer.string(command)
    if let heads {
      writer.byte(Tag.heads.rawValue)
      TransactionBody.encode(headsBefore ?? [], &writer)
      TransactionBody.encode(heads, &writer)
    }
    if let base {
      writer.byte(Tag.base.rawValue)
      TransactionBody.encode(baseBefore ?? nil, &writer)
      TransactionBody.encode(base, &writer)
    }
    if !refs.isEmpty {
      writer.byte(Tag.refs.rawValue)
      writer.count(refs.count)
      for (name, value) in refs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        guard name.count <= TransactionLimits.refName,
          (value?.count ?? 0) <= TransactionLimits.refValue
        else { return nil }
        writer.string(name)
        writer.byte(value == nil ? 0 : 1)
        if let value { writer.string(value) }
      }
    }
    if !lagging.isEmpty {
      writer.byte(Tag.lagging.rawValue)
      writer.count(lagging.count)
      for (path, lag) in lagging.sorted(by: { $0.key < $1.key }) {
        writer.string(path.bytes)
        TransactionBody.encode(lag, &writer)
      }
    }
    if let intent {
      writer.byte(Tag.intent.rawValue)
      TransactionBody.encode(intent, &writer)
    }
    if let sequence {
      writer.byte(Tag.sequence.rawValue)
      writer.varint(sequence)
    }
    encodePacks(&writer)
    if let repositoryID {
      writer.byte(Tag.repositoryID.rawValue)
      writer.raw(repositoryID.bytes)
    }
    if let isBare {
      writer.byte(Tag.isBare.rawValue)
      writer.byte(isBare ? 1 : 0)
    }
    if let compression {
      writer.byte(Tag.compression.rawValue)
      writer.byte(compression.codec.rawValue)
      writer.signed(Int64(compression.level))
    }
    if let absences {
      writer.byte(Tag.absences.rawValue)
      writer.id(absences)
    }
    writer.byte(Tag.end.rawValue)
    return writer.bytes.count <= TransactionLimits.body ? writer.bytes : nil
  }

  private func encodePacks(_ writer: inout ByteWriter) {
    if !packsAdded.isEmpty {
      writer.byte(Tag.packsAdded.rawValue)
      writer.count(packsAdded.count)
      for pack in packsAdded {
        writer.raw(pack.name)
        writer.byte(pack.unreachableSince == nil ? 0 : 1)
        if let time = pack.unreachableSince { writer.timestamp(time) }
      }
    }
    if !packsDropped.isEmpty {
      writer.byte(Tag.packsDropped.rawValue)
      writer.count(packsDropped.count)
      for name in packsDropped { writer.raw(name) }
    }
    if let drops {
      writer.byte(Tag.drops.rawValue)
      writer.varint(drops)
    }
    if let log {
      writer.byte(Tag.log.rawValue)
      writer.id(log)
    }
  }

  private static func encode(_ ids: [ObjectID], _ writer: inout ByteWriter) {
    writer.count(ids.count)
    for id in ids { writer.id(id) }
  }

  private static func encode(_ base: Base?, _ writer: inout ByteWriter) {
    writer.byte(base == nil ? 0 : 1)
    guard let base else { return }
    encode(base.commits, &writer)
    writer.id(base.tree)
    writer.optional(base.conflicts)
    writer.optional(base.renames)
  }

  private static func encode(_ lag: Lag?, _ writer: inout ByteWriter) {
    writer.byte(lag?.reason.rawValue ?? 0)
    guard let lag else { return }
    encode(lag.since, &writer)
    writer.byte(lag.entry?.kind.rawValue ?? 0)
    guard let entry = lag.entry else { return }
    writer.varint(UInt64(entry.mode))
    writer.timestamp(entry.mtime)
    writer.varint(entry.size)
    writer.id(entry.content)
    writer.optional(entry.attributes)
  }
}

extension TransactionBody {
  /// Decodes a body; throws where the bytes are not one.
  init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    guard version == TransactionBody.version else { throw .tag(version) }
    self.init(
      serial: try reader.varint(), time: try reader.timestamp(),
      bootID: try reader.string(atMost: 64),
      command: try reader.string(atMost: TransactionLimits.command))
    var last: UInt8 = 0
    while true {
      let byte = try reader.byte()
      guard let tag = Tag(rawValue: byte) else { throw .tag(byte) }
      if tag == .end { break }
      guard byte > last else { throw .order }
      last = byte
      try decode(tag, &reader)
    }
    try reader.finish()
  }

  private mutating func decode(_ tag: Tag, _ reader: inout ByteReader) throws(DecodeError) {
    switch tag {
    case .end: break
    case .heads:
      headsBefore = try reader.risingIDs(atMost: Limits.heads)
      heads = try reader.risingIDs(atMost: Limits.heads)
    case .base:
      baseBefore = .some(try TransactionBody.base(&reader))
      base = .some(try TransactionBody.base(&reader))
    case .refs:
      let count = try reader.elements(atMost: TransactionLimits.elements, eachAtLeast: 2)
      for _ in 0..<count {
        let name = try reader.string(atMost: TransactionLimits.refName)
        let isSet = try TransactionBody.flag(&reader)
        refs[name] = .some(isSet ? try reader.string(atMost: TransactionLimits.refValue) : nil)
      }
    case .lagging:
      let count = try reader.elements(atMost: TransactionLimits.elements, eachAtLeast: 2)
      for _ in 0..<count {
        let path = try Path(try reader.string(atMost: Limits.path))
        lagging[path] = .some(try TransactionBody.lag(&reader))
      }
    case .intent: intent = .some(try TransactionBody.base(&reader))
    case .sequence: sequence = try reader.varint()
    case .packsAdded:
      let count = try reader.elements(atMost: TransactionLimits.elements, eachAtLeast: 17)
      for _ in 0..<count {
        let name = Array(try reader.raw(16))
        let time = try TransactionBody.flag(&reader) ? try reader.timestamp() : nil
        packsAdded.append(PackReference(name: name, unreachableSince: time))
      }
    case .packsDropped:
      let count = try reader.elements(atMost: TransactionLimits.elements, eachAtLeast: 16)
      for _ in 0..<count { packsDropped.append(Array(try reader.raw(16))) }
    case .drops: drops = try reader.varint()
    case .log: log = try reader.id()
    case .repositoryID:
      repositoryID = RepositoryID(try reader.raw(RepositoryID.byteCount))
    case .isBare: isBare = try TransactionBody.flag(&reader)
    case .compression:
      let byte = try reader.byte()
      guard let codec = Codec(rawValue: byte) else { throw .tag(byte) }
      guard let level = Int32(exactly: try reader.signed()) else { throw .number }
      compression = Compression(codec: codec, level: level)
    case .absences: absences = try reader.id()
    }
  }

  private static func flag(_ reader: inout ByteReader) throws(DecodeError) -> Bool {
    switch try reader.byte() {
    case 0: return false
    case 1: return true
    case let other: throw .tag(other)
    }
  }

  private static func base(_ reader: inout ByteReader) throws(DecodeError) -> Base? {
    guard try flag(&reader) else { return nil }
    return Base(
      commits: try reader.risingIDs(atMost: Limits.heads), tree: try reader.id(),
      conflicts: try reader.optionalID(), renames: try reader.optionalID())
  }

  private static func lag(_ reader: inout ByteReader) throws(DecodeError) -> Lag? {
    let byte = try reader.byte()
    if byte == 0 { return nil }
    guard let reason = Lag.Reason(rawValue: byte) else { throw .tag(byte) }
    let since = try reader.risingIDs(atMost: Limits.heads)
    let kindByte = try reader.byte()
    if kindByte == 0 { return Lag(reason: reason, since: since, entry: nil) }
    guard let kind = Entry.Kind(rawValue: kindByte) else { throw .tag(kindByte) }
    let mode = UInt16(try reader.count(atMost: 0o777))
    let mtime = try reader.timestamp()
    let size = try reader.varint()
    let content = try reader.id()
    var entry =
      switch kind {
      case .file: Entry.file(content, size: size, mode: mode, mtime: mtime)
      case .directory: Entry.directory(content, mode: mode)
      case .symlink: Entry.symlink(content, size: size, mtime: mtime)
      }
    entry.attributes = try reader.optionalID()
    return Lag(reason: reason, since: since, entry: entry)
  }
}
