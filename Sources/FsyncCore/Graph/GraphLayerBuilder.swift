/// Makes a layer of the commit-graph cache, commit by commit, parents first.
package struct GraphLayerBuilder {
  /// One commit, with ordinals for its parents.
  struct Row {
    var id: ObjectID
    var generation: UInt32
    var parents: [Int32]
    /// Nil where a damaged cache has made it up; then nobody will read the layer.
    var replica: ReplicaID?
    var sequence: UInt64
    var time: Timestamp
    var tree: ObjectID
    var flags: UInt32
  }

  private let below: Int
  private let belowName: UInt64
  private let repository: RepositoryID?
  private var ids: [ObjectID] = []
  private var facts = ByteWriter()
  private var trees = ByteWriter()
  /// The number of a path above, the place of a commit that changed it below.
  private var changes: [UInt64] = []
  private var latest: [Int64] = []
  private var further: [UInt32] = []
  private var replicas: [ReplicaID] = []
  private var replicaNumbers: [ReplicaID: Int] = [:]
  private var unnoted = 0
  private var disordered = 0

  /// The number of commits so far.
  package var count: Int { ids.count }

  /// Begins a layer on the lowest layers of a chain.
  init(on layers: ArraySlice<GraphLayer>, repository: RepositoryID?) {
    below = Int(layers.last?.end ?? 0)
    belowName = layers.last?.name ?? 0
    self.repository = repository
  }

  /// Notes that the commit at a place may have changed paths of a number.
  mutating func note(_ key: UInt32, at place: Int) {
    changes.append(UInt64(key) << 32 | UInt64(place))
    if key == ChangedPaths.Key.unknown.value { unnoted += 1 }
  }

  /// Adds the next commit.
  mutating func add(_ row: Row) {
    if ids.count & ((1 << GraphLayout.blockShift) - 1) == 0 { latest.append(.min) }
    latest[latest.count - 1] = max(latest[latest.count - 1], row.time.seconds)
    if row.flags & GraphLayer.Facts.isDisordered != 0 { disordered += 1 }
    ids.append(row.id)
    facts.fixed(row.generation)
    facts.fixed(row.parents.first.map { UInt32(bitPattern: $0) } ?? GraphLayout.noParent)
    switch row.parents.count {
    case 0, 1: facts.fixed(GraphLayout.noParent)
    case 2: facts.fixed(UInt32(bitPattern: row.parents[1]))
    default:
      facts.fixed(UInt32(further.count) | GraphLayout.more)
      further += row.parents.dropFirst().map { UInt32(bitPattern: $0) }
      further[further.count - 1] |= GraphLayout.more
    }
    facts.fixed(UInt32(row.replica.map { number(of: $0) } ?? 0))
    facts.fixed(UInt64(bitPattern: row.time.seconds))
    facts.fixed(row.time.nanoseconds)
    facts.fixed(row.flags)
    facts.fixed(row.sequence)
    trees.id(row.tree)
  }

  private mutating func number(of replica: ReplicaID) -> Int {
    if let known = replicaNumbers[replica] { return known }
    replicaNumbers[replica] = replicas.count
    replicas.append(replica)
    return replicas.count - 1
  }

  /// Returns the layer's parts, which follow each other in its file, and its name.
  /// - Parameter ends: the last commits of each replica in this layer and those below.
  consuming func encoded(
    ends: [(ordinal: Int32, isHead: Bool)]
  ) -> (parts: [[UInt8]], name: UInt64) {
    let (paths, pathEnds, places) = pathColumns()
    let layout = GraphLayout(
      commits: ids.count, below: below, replicas: replicas.count, ends: ends.count,
      furtherParents: further.count, paths: paths.count / 4, changes: places.count / 4,
      unnoted: unnoted, disordered: disordered)
    let ids = ids
    let order = (0..<ids.count).sorted { ids[$0] < ids[$1] }
    var orderColumn = ByteWriter(reserving: ids.count * 4)
    for place in order { orderColumn.fixed(UInt32(place)) }
    var idColumn: [UInt8] = []
    idColumn.reserveCapacity(ids.count * 32)
    for id in ids { id.append(to: &idColumn) }
    var latestColumn = ByteWriter(reserving: latest.count * 8)
    for seconds in latest { latestColumn.fixed(UInt64(bitPattern: seconds)) }
    let body = [
      orderColumn.bytes, idColumn, facts.bytes, trees.bytes, paths, pathEnds, places,
      latestColumn.bytes,
    ]
    var head = headWithoutName(layout, body, ends)
    let name = Checksum.xxh3(head.bytes)
    head.fixed(name)
    return ([head.bytes] + body, name)
  }

  /// The columns of the numbers of paths, of their ends, and of the places that they list.
  private func pathColumns() -> (paths: [UInt8], ends: [UInt8], places: [UInt8]) {
    var paths = ByteWriter()
    var ends = ByteWriter()
    var places = ByteWriter(reserving: changes.count * 4)
    let changes = changes.sorted()
    for (index, change) in changes.enumerated() {
      places.fixed(UInt32(truncatingIfNeeded: change))
      let key = UInt32(change >> 32)
      if index + 1 < changes.count, UInt32(changes[index + 1] >> 32) == key { continue }
      paths.fixed(key)
      ends.fixed(UInt32(index + 1))
    }
    return (paths.bytes, ends.bytes, places.bytes)
  }

  private func headWithoutName(
    _ layout: GraphLayout, _ body: [[UInt8]], _ ends: [(ordinal: Int32, isHead: Bool)]
  ) -> ByteWriter {
    var head = ByteWriter(reserving: layout.headLength)
    head.fixed(GraphLayout.magic)
    for number in [GraphLayout.version] + layout.counts { head.fixed(UInt32(number)) }
    head.raw(GraphHead.bytes(repository))
    head.fixed(belowName)
    for (column, bytes) in zip(GraphLayout.Column.allCases, body) {
      let step = column.stride << GraphLayout.blockShift
      for start in stride(from: 0, to: bytes.count, by: step) {
        head.fixed(Checksum.xxh3(bytes[start..<min(start + step, bytes.count)]))
      }
    }
    var counts = [UInt32](repeating: 0, count: 256)
    for id in ids { counts[Int(id.firstByte)] += 1 }
    var sum: UInt32 = 0
    for count in counts {
      sum += count
      head.fixed(sum)
    }
    for replica in replicas { head.raw(replica.bytes) }
    for end in ends {
      head.fixed(UInt32(bitPattern: end.ordinal) | (end.isHead ? GraphLayout.more : 0))
    }
    for parent in further { head.fixed(parent) }
    return head
  }
}
