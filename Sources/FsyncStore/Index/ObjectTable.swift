import FsyncCore

/// A hash table from ids to 64-bit values that allocates only when it grows.
struct ObjectTable: ~Copyable {
  private var ids: UnsafeMutablePointer<ObjectID>
  private var values: UnsafeMutablePointer<UInt64>
  private var shift: UInt64
  private let multiplier: UInt64
  /// The number of ids.
  private(set) var count = 0

  /// The value that marks an empty place, and so cannot be kept.
  static let absent = UInt64.max

  /// Makes an empty table.
  init() {
    // Random, so that a peer who can choose ids cannot choose where they go.
    multiplier = UInt64.random(in: .min ... .max) | 1
    shift = 64 - 6
    ids = .allocate(capacity: 64)
    values = .allocate(capacity: 64)
    values.initialize(repeating: ObjectTable.absent, count: 64)
  }

  deinit {
    ids.deallocate()
    values.deallocate()
  }

  private var capacity: Int { 1 << Int(64 - shift) }

  private func place(of id: ObjectID) -> Int {
    let mask = capacity - 1
    var index = Int((id.prefix64 &* multiplier) >> shift)
    while values[index] != ObjectTable.absent, ids[index] != id { index = (index + 1) & mask }
    return index
  }

  /// Returns the value of an id; nil where it has none.
  func value(of id: ObjectID) -> UInt64? {
    let value = values[place(of: id)]
    return value == ObjectTable.absent ? nil : value
  }

  /// Keeps the value of an id that has none yet.
  /// - Returns: nil; or the value that the id had and still has.
  @discardableResult
  mutating func insert(_ id: ObjectID, _ value: UInt64) -> UInt64? {
    var index = place(of: id)
    if values[index] != ObjectTable.absent { return values[index] }
    if (count + 1) * 4 > capacity * 3 {
      grow()
      index = place(of: id)
    }
    ids[index] = id
    values[index] = value
    count += 1
    return nil
  }

  /// Changes the value of an id, or keeps its first.
  mutating func update(_ id: ObjectID, _ value: UInt64) {
    let index = place(of: id)
    if values[index] == ObjectTable.absent {
      insert(id, value)
    } else {
      values[index] = value
    }
  }

  /// All ids and values, in no order.
  var pairs: [(id: ObjectID, value: UInt64)] {
    var result: [(ObjectID, UInt64)] = []
    result.reserveCapacity(count)
    for index in 0..<capacity where values[index] != ObjectTable.absent {
      result.append((ids[index], values[index]))
    }
    return result
  }

  /// The ids that have a value, in no order.
  func ids(with value: UInt64) -> [ObjectID] {
    pairs.filter { $0.value == value }.map(\.id)
  }

  private mutating func grow() {
    let oldCapacity = capacity
    let (oldIDs, oldValues) = (ids, values)
    shift -= 1
    ids = .allocate(capacity: capacity)
    values = .allocate(capacity: capacity)
    values.initialize(repeating: ObjectTable.absent, count: capacity)
    for old in 0..<oldCapacity where oldValues[old] != ObjectTable.absent {
      let index = place(of: oldIDs[old])
      ids[index] = oldIDs[old]
      values[index] = oldValues[old]
    }
    oldIDs.deallocate()
    oldValues.deallocate()
  }
}
