/// One layer of the commit-graph cache, over bytes that its chain keeps alive.
///
/// Memory-safe whatever the bytes are: what does not fit raises `isDamaged` of the chain, and the
/// answer is that of a commit without parents. Nobody may use an answer before looking at that.
struct GraphLayer {
  let layout: GraphLayout
  /// The layer's name: the checksum of its head.
  let name: UInt64
  private let base: UnsafeRawPointer
  private let columns: (order: Int, ids: Int, facts: Int, trees: Int, ends: Int, filters: Int)
  private let blocks: (order: Int, ids: Int, facts: Int, trees: Int, ends: Int, filters: Int)
  /// One byte a block: 1 where it was verified.
  private let verified: UnsafeMutablePointer<UInt8>
  /// Whether something in any layer of the chain was found damaged.
  private let damage: UnsafeMutablePointer<Bool>

  /// The first ordinal of this layer, and the one after its last.
  let first: Int32
  let end: Int32

  /// What a row says of a commit.
  struct Facts {
    var generation: UInt32 = 0
    var first = GraphLayout.noParent
    var second = GraphLayout.noParent
    var replica: UInt32 = 0
    var seconds: Int64 = 0
    var nanoseconds: UInt32 = 0
    var flags: UInt32 = 0
    var sequence: UInt64 = 0

    static let hasRenames: UInt32 = 1
    static let hasBaseView: UInt32 = 2
  }

  /// Looks at bytes whose head was verified.
  /// - Parameters:
  ///   - verified: a zero for each block of the body; lives as long as the bytes.
  ///   - damage: false; likewise.
  init(
    _ bytes: UnsafeRawPointer, _ layout: GraphLayout, name: UInt64,
    verified: UnsafeMutablePointer<UInt8>, damage: UnsafeMutablePointer<Bool>
  ) {
    self.layout = layout
    self.name = name
    base = bytes
    self.verified = verified
    self.damage = damage
    first = Int32(layout.below)
    end = Int32(layout.below + layout.commits)
    columns = (
      layout.offset(.order), layout.offset(.ids), layout.offset(.facts), layout.offset(.trees),
      layout.offset(.filterEnds), layout.offset(.filters)
    )
    blocks = (
      layout.firstBlock(.order), layout.firstBlock(.ids), layout.firstBlock(.facts),
      layout.firstBlock(.trees), layout.firstBlock(.filterEnds), layout.firstBlock(.filters)
    )
  }

  /// Notes that something is damaged.
  private func fail() { damage.pointee = true }

  /// Verifies the block in which an element lies, once.
  @inline(__always)
  private func isSound(_ column: GraphLayout.Column, _ firstBlock: Int, _ element: Int) -> Bool {
    let block = element >> column.shift
    return verified[firstBlock + block] == 1 || verify(column, firstBlock, block)
  }

  @inline(never)
  private func verify(_ column: GraphLayout.Column, _ firstBlock: Int, _ block: Int) -> Bool {
    let start = block << column.shift
    let count = min(1 << column.shift, layout.count(column) - start)
    let bytes = UnsafeRawBufferPointer(
      start: base + layout.offset(column) + start * column.stride, count: count * column.stride)
    let stored = UInt64(
      littleEndian: base.loadUnaligned(
        fromByteOffset: GraphLayout.fixedLength + (firstBlock + block) * 8, as: UInt64.self))
    guard Checksum.xxh3(bytes) == stored else {
      fail()
      return false
    }
    verified[firstBlock + block] = 1
    return true
  }

  @inline(__always)
  private func word(_ offset: Int) -> UInt32 {
    UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// What the row at a place says; the empty row where it is damaged.
  @inline(__always)
  func facts(_ place: Int) -> Facts {
    guard isSound(.facts, blocks.facts, place) else { return Facts() }
    let row = columns.facts + place * 40
    return Facts(
      generation: word(row), first: word(row + 4), second: word(row + 8), replica: word(row + 12),
      seconds: Int64(littleEndian: base.loadUnaligned(fromByteOffset: row + 16, as: Int64.self)),
      nanoseconds: min(word(row + 24), 999_999_999), flags: word(row + 28),
      sequence: UInt64(
        littleEndian: base.loadUnaligned(fromByteOffset: row + 32, as: UInt64.self)))
  }

  /// The id at a place; `.none` where it is damaged.
  func id(_ place: Int) -> ObjectID {
    guard isSound(.ids, blocks.ids, place) else { return .none }
    return ObjectID(
      loading: UnsafeRawBufferPointer(start: base + columns.ids + place * 32, count: 32))
  }

  /// The tree at a place; `.none` where it is damaged.
  func tree(_ place: Int) -> ObjectID {
    guard isSound(.trees, blocks.trees, place) else { return .none }
    return ObjectID(
      loading: UnsafeRawBufferPointer(start: base + columns.trees + place * 32, count: 32))
  }

  /// Lends the filter at a place; one that says "perhaps" where it is damaged.
  func withFilter<Value>(_ place: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    guard let range = filterRange(place) else { return PathFilter.unknown.withUnsafeBytes(body) }
    return body(
      UnsafeRawBufferPointer(
        start: base + columns.filters + range.lowerBound,
        count: range.count))
  }

  private func filterRange(_ place: Int) -> Range<Int>? {
    guard isSound(.filterEnds, blocks.ends, place) else { return nil }
    var start = 0
    if place > 0 {
      guard isSound(.filterEnds, blocks.ends, place - 1) else { return nil }
      start = Int(word(columns.ends + (place - 1) * 4))
    }
    let end = Int(word(columns.ends + place * 4))
    guard start <= end, end <= layout.filterBytes else {
      fail()
      return nil
    }
    guard start < end else { return start..<end }
    guard isSound(.filters, blocks.filters, start), isSound(.filters, blocks.filters, end - 1)
    else { return nil }
    return start..<end
  }

  /// The place of a commit; nil where it is not here.
  func find(_ id: ObjectID) -> Int? {
    let byte = Int(id.firstByte)
    var low = byte == 0 ? 0 : Int(word(layout.fanOutOffset + (byte - 1) * 4))
    var high = Int(word(layout.fanOutOffset + byte * 4))
    while low < high {
      let middle = (low + high) / 2
      guard isSound(.order, blocks.order, middle) else { return nil }
      let place = Int(word(columns.order + middle * 4))
      guard place < layout.commits else {
        fail()
        return nil
      }
      let found = self.id(place)
      if found == id { return place }
      if found < id { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// The further parent at a place, and whether it is the last one; nil where there is none.
  func furtherParent(_ place: Int) -> (ordinal: UInt32, isLast: Bool)? {
    guard place < layout.furtherParents else {
      fail()
      return nil
    }
    let value = word(layout.furtherOffset + place * 4)
    return (value & ~GraphLayout.more, value & GraphLayout.more != 0)
  }

  /// The replicas that rows name.
  var replicas: [ReplicaID] {
    (0..<layout.replicas).compactMap {
      ReplicaID(
        UnsafeRawBufferPointer(start: base + layout.replicasOffset + $0 * 16, count: 16))
    }
  }

  /// The last commits of each replica, in this layer and those below, and whether each is a head.
  var ends: [(ordinal: Int32, isHead: Bool)] {
    (0..<layout.ends).map {
      let value = word(layout.endsOffset + $0 * 4)
      return (Int32(bitPattern: value & ~GraphLayout.more), value & GraphLayout.more != 0)
    }
  }
}
