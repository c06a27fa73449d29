import FsyncCore
import FsyncSystem

/// A hash table from ids to 64-bit values that allocates only when it grows.
///
/// Ids and values stand densely in the order in which they came; what is hashed is their number,
/// so an empty place costs 4 bytes and not 40.
struct ObjectTable: ~Copyable {
  private struct Records: ~Copyable {
    let ids: UnsafeMutablePointer<ObjectID>
    let values: UnsafeMutablePointer<UInt64>
    let places: UnsafeMutablePointer<UInt32>
    private let mappings: (AnonymousMemory?, AnonymousMemory?, AnonymousMemory?)

    init(capacity: Int, places count: Int) {
      let (ids, first) = AnonymousMemory.allocate(capacity, of: ObjectID.self)
      let (values, second) = AnonymousMemory.allocate(capacity, of: UInt64.self)
      let (places, third) = AnonymousMemory.allocate(count, of: UInt32.self)
      places.initialize(repeating: ObjectTable.empty, count: count)
      (self.ids, self.values, self.places) = (ids, values, places)
      mappings = (first, second, third)
    }

    deinit {
      if mappings.0 == nil { ids.deallocate() }
      if mappings.1 == nil { values.deallocate() }
      if mappings.2 == nil { places.deallocate() }
    }
  }

  private var records: Records
  private var capacity = 48
  private var shift: UInt64 = 64 - 6
  private let multiplier: UInt64
  /// The number of ids.
  private(set) var count = 0

  private static let empty = UInt32.max

  /// Makes an empty table.
  init() {
    // Random, so that a peer who can choose ids cannot choose where they go.
    multiplier = UInt64.random(in: .min ... .max) | 1
    records = Records(capacity: capacity, places: 64)
  }

  private var ids: UnsafeMutablePointer<ObjectID> { records.ids }
  private var values: UnsafeMutablePointer<UInt64> { records.values }
  private var places: UnsafeMutablePointer<UInt32> { records.places }

  private func place(of id: ObjectID) -> Int {
    let mask = 1 << Int(64 - shift) - 1
    var index = Int((id.prefix64 &* multiplier) >> shift)
    while places[index] != ObjectTable.empty, ids[Int(places[index])] != id {
      index = (index + 1) & mask
    }
    return index
  }

  private func number(of id: ObjectID) -> Int? {
    let number = places[place(of: id)]
    return number == ObjectTable.empty ? nil : Int(number)
  }

  /// Returns the value of an id; nil where it has none.
  func value(of id: ObjectID) -> UInt64? { number(of: id).map { values[$0] } }

  /// Keeps the value of an id that has none yet.
  /// - Returns: nil; or the value that the id had and still has.
  @discardableResult
  mutating func insert(_ id: ObjectID, _ value: UInt64) -> UInt64? {
    var index = place(of: id)
    if places[index] != ObjectTable.empty { return values[Int(places[index])] }
    if count == capacity {
      grow()
      index = place(of: id)
    }
    ids[count] = id
    values[count] = value
    places[index] = UInt32(count)
    count += 1
    return nil
  }

  /// Changes the value of an id, or keeps its first.
  mutating func update(_ id: ObjectID, _ value: UInt64) {
    if let number = number(of: id) { values[number] = value } else { insert(id, value) }
  }

  /// Calls back for all ids and values, in the order in which the ids came.
  func forEach<Failure: Error>(
    _ body: (ObjectID, UInt64) throws(Failure) -> Void
  ) throws(Failure) {
    for number in 0..<count { try body(ids[number], values[number]) }
  }

  /// All ids and values, in the order in which the ids came.
  var pairs: [(id: ObjectID, value: UInt64)] { (0..<count).map { (ids[$0], values[$0]) } }

  /// The ids that have a value.
  func ids(with value: UInt64) -> [ObjectID] {
    (0..<count).compactMap { values[$0] == value ? ids[$0] : nil }
  }

  /// Doubles the table, which is three quarters full.
  private mutating func grow() {
    capacity *= 2
    shift -= 1
    let larger = Records(capacity: capacity, places: 1 << Int(64 - shift))
    larger.ids.update(from: ids, count: count)
    larger.values.update(from: values, count: count)
    records = larger
    for number in 0..<count { places[place(of: ids[number])] = UInt32(number) }
  }
}
