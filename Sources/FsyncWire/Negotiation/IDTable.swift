package import FsyncCore

/// Ids in the order in which they were inserted, each once: 40 bytes an id, so that a listing of
/// a million objects stays small.
package struct IDTable: Sendable {
  /// The ids.
  package private(set) var ids: [ObjectID] = []
  // Open addressing: a slot holds a position in `ids` plus one, zero for none.
  private var slots: [UInt32] = [UInt32](repeating: 0, count: 64)

  /// Makes an empty table.
  package init() {}

  /// The number of ids.
  package var count: Int { ids.count }

  /// Finds an id's position.
  package func index(of id: ObjectID) -> Int? {
    let slot = slots[find(id)]
    return slot == 0 ? nil : Int(slot) - 1
  }

  /// Says whether an id is in the table.
  package func contains(_ id: ObjectID) -> Bool { slots[find(id)] != 0 }

  /// Inserts an id; false where it was there.
  @discardableResult
  package mutating func insert(_ id: ObjectID) -> Bool {
    let slot = find(id)
    guard slots[slot] == 0 else { return false }
    ids.append(id)
    slots[slot] = UInt32(ids.count)
    if ids.count * 2 > slots.count { grow() }
    return true
  }

  private func find(_ id: ObjectID) -> Int {
    let mask = slots.count - 1
    // A peer chooses ids as it likes, but only among SHA-256 values that it can find contents
    // for: making many collide in these bits costs it more than it costs us.
    var slot = Int(truncatingIfNeeded: id.prefix64) & mask
    while slots[slot] != 0, ids[Int(slots[slot]) - 1] != id { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (position, id) in ids.enumerated() {
      var slot = Int(truncatingIfNeeded: id.prefix64) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(position + 1)
    }
  }
}
