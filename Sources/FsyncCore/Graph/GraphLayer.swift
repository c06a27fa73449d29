/// One layer of the commit-graph cache, over bytes that its chain keeps alive.
///
/// Memory-safe whatever the bytes are: what does not fit raises `isDamaged` of the chain, and the
/// answer is that of a commit without parents. Nobody may use an answer before looking at that.
struct GraphLayer {
  let layout: GraphLayout
  /// The layer's name: the checksum of its head.
  let name: UInt64
  private let base: UnsafeRawPointer
  private let columns: Columns
  private let blocks: Columns
  /// One byte a block: 1 where it was verified.
  private let verified: UnsafeMutablePointer<UInt8>
  /// Whether something in any layer of the chain was found damaged.
  private let damage: UnsafeMutablePointer<Bool>

  /// The first ordinal of this layer, and the one after its last.
  let first: Int32
  let end: Int32

  /// A number for each column.
  private struct Columns {
    let order, ids, facts, trees, paths, pathEnds, changes, latest: Int

    init(_ number: (GraphLayout.Column) -> Int) {
      (order, ids, facts, trees) = (number(.order), number(.ids), number(.facts), number(.trees))
      (paths, pathEnds) = (number(.paths), number(.pathEnds))
      (changes, latest) = (number(.changes), number(.latest))
    }
  }

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
    /// Not later than each of its parents.
    static let isDisordered: UInt32 = 4
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
    columns = Columns { layout.offset($0) }
    blocks = Columns { layout.firstBlock($0) }
  }

  /// Notes that something is damaged.
  private func fail() { damage.pointee = true }

  /// Verifies the block in which an element lies, once.
  @inline(__always)
  private func isSound(_ column: GraphLayout.Column, _ firstBlock: Int, _ element: Int) -> Bool {
    let block = element >> GraphLayout.blockShift
    return verified[firstBlock + block] == 1 || verify(column, firstBlock, block)
  }

  @inline(never)
  private func verify(_ column: GraphLayout.Column, _ firstBlock: Int, _ block: Int) -> Bool {
    let start = block << GraphLayout.blockShift
    let count = min(1 << GraphLayout.blockShift, layout.count(column) - start)
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

  /// The seconds of the latest commit among those of a place's block.
  func latest(near place: Int) -> Int64 {
    let block = place >> GraphLayout.blockShift
    guard isSound(.latest, blocks.latest, block) else { return 0 }
    return Int64(
      littleEndian: base.loadUnaligned(fromByteOffset: columns.latest + block * 8, as: Int64.self))
  }

  /// Calls back for the places of the commits that a number of a path lists, in rising order.
  func forEachChange(of key: ChangedPaths.Key, _ body: (Int) -> Void) {
    var (low, high) = (0, layout.paths)
    while low < high {
      let middle = (low + high) / 2
      guard let value = path(middle) else { return }
      if value < key.value { low = middle + 1 } else { high = middle }
    }
    guard low < layout.paths, path(low) == key.value else { return }
    forEachChange(at: low, body)
  }

  /// Calls back for all numbers of paths, and the places that each lists.
  func forEachChange(_ body: (_ key: UInt32, _ place: Int) -> Void) {
    for index in 0..<layout.paths {
      guard let key = path(index) else { return }
      forEachChange(at: index) { body(key, $0) }
    }
  }

  private func path(_ index: Int) -> UInt32? {
    isSound(.paths, blocks.paths, index) ? word(columns.paths + index * 4) : nil
  }

  private func end(_ index: Int) -> Int? {
    isSound(.pathEnds, blocks.pathEnds, index) ? Int(word(columns.pathEnds + index * 4)) : nil
  }

  private func forEachChange(at index: Int, _ body: (Int) -> Void) {
    guard let start = index == 0 ? 0 : end(index - 1), let end = end(index) else { return }
    guard start <= end, end <= layout.changes else { return fail() }
    var last = -1
    for element in start..<end {
      guard isSound(.changes, blocks.changes, element) else { return }
      let place = Int(word(columns.changes + element * 4))
      guard place > last, place < layout.commits else { return fail() }
      body(place)
      last = place
    }
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
