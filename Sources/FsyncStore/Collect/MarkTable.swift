import FsyncCore

/// A hash table from ids to 32-bit values, for very many ids: 24 bytes a place.
///
/// Of an id it keeps 128 bits of a hash under keys that are drawn anew for each table. Two ids share
/// them with a probability of 2 to the power of -128, whoever chose the ids; of four million that is
/// never.
struct MarkTable: ~Copyable {
  private struct Place {
    var first: UInt64
    var second: UInt64
    var value: UInt32
  }

  private var places: UnsafeMutablePointer<Place>
  private var capacity: Int
  private let keys: [8 of UInt64]
  /// The number of ids.
  private(set) var count = 0

  /// The value that marks an empty place, and so cannot be kept.
  static let absent = UInt32.max
  private static let empty = Place(first: 0, second: 0, value: absent)

  /// Makes an empty table.
  init() {
    var keys: [8 of UInt64] = [0, 0, 0, 0, 0, 0, 0, 0]
    for index in 0..<8 { keys[index] = UInt64.random(in: .min ... .max) | 1 }
    self.keys = keys
    capacity = 64
    places = .allocate(capacity: capacity)
    places.initialize(repeating: MarkTable.empty, count: capacity)
  }

  deinit { places.deallocate() }

  /// Makes room for so many ids in all.
  mutating func reserve(_ ids: Int) {
    let wanted = ids + ids / 2 + 64
    if wanted > capacity { resize(wanted) }
  }

  private func hash(_ id: ObjectID) -> (UInt64, UInt64) {
    let words = id.words
    let first =
      words.0 &* keys[0] &+ words.1 &* keys[1] &+ words.2 &* keys[2] &+ words.3 &* keys[3]
    let second =
      words.0 &* keys[4] &+ words.1 &* keys[5] &+ words.2 &* keys[6] &+ words.3 &* keys[7]
    return (first, second)
  }

  private func place(_ hash: (UInt64, UInt64)) -> Int {
    var index = Int(hash.0.multipliedFullWidth(by: UInt64(capacity)).high)
    while places[index].value != MarkTable.absent,
      places[index].first != hash.0 || places[index].second != hash.1
    {
      index += 1
      if index == capacity { index = 0 }
    }
    return index
  }

  /// Returns the value of an id; nil where it has none.
  func value(of id: ObjectID) -> UInt32? {
    let value = places[place(hash(id))].value
    return value == MarkTable.absent ? nil : value
  }

  /// Changes the value of an id, or keeps its first.
  mutating func update(_ id: ObjectID, _ value: UInt32) {
    let hash = hash(id)
    var index = place(hash)
    if places[index].value == MarkTable.absent {
      if (count + 1) * 5 > capacity * 4 {
        resize(capacity * 2)
        index = place(hash)
      }
      count += 1
    }
    places[index] = Place(first: hash.0, second: hash.1, value: value)
  }

  private mutating func resize(_ new: Int) {
    let (old, oldCapacity) = (places, capacity)
    capacity = new
    places = .allocate(capacity: new)
    places.initialize(repeating: MarkTable.empty, count: new)
    for index in 0..<oldCapacity where old[index].value != MarkTable.absent {
      places[place((old[index].first, old[index].second))] = old[index]
    }
    old.deallocate()
  }
}
