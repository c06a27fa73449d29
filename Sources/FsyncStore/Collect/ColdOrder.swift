import FsyncCore

/// The objects that a collection writes into a cold pack, in the order in which they stand there.
struct ColdOrder {
  /// An object: a row of a source's index, and the place of its note.
  struct Item {
    let source: UInt16
    let row: UInt32
    let note: UInt32
  }

  /// The kinds in the order of the pack: what names others comes after it, for the most part.
  static let kinds: [ObjectKind] = [
    .chunk, .list, .renames, .conflicts, .tree, .commit, .operation, .absences,
  ]

  let sources: [ColdSource]
  /// Objects of each kind.
  private(set) var items: [ObjectKind: [Item]] = [:]
  /// Objects that nothing reaches.
  private(set) var unreached: [Item] = []
  /// The number of objects to be written.
  private(set) var count = 0

  /// Lists the objects of sources that are reached, each once, and those that are not.
  /// - Parameter keeping: packs that stay: what they hold is not written again.
  init(_ sources: [ColdSource], _ marking: Marking, keeping kept: [Pack]) throws(StoreError) {
    self.sources = sources
    var taken = [Bool](repeating: false, count: marking.notes.count)
    for (number, source) in sources.enumerated() {
      for row in 0..<source.index.layout.rows {
        // A row that cannot be read hides an object that may be needed.
        guard let entry = source.index.entry(row: row) else { throw .damaged(file: source.path) }
        let note = marking.reachedNumber(of: entry.id)
        let item = Item(
          source: UInt16(number), row: UInt32(row), note: UInt32(note ?? Int(UInt32.max)))
        guard let note else {
          unreached.append(item)
          continue
        }
        if taken[note] || kept.contains(where: { $0.find(entry.id) != nil }) { continue }
        taken[note] = true
        items[entry.slot.kind ?? .chunk, default: []].append(item)
        count += 1
      }
    }
    for kind in items.keys { sort(kind, marking) }
  }

  /// Orders by name, path and age; and where objects name others, the newest state comes first,
  /// for it is read most.
  private mutating func sort(_ kind: ObjectKind, _ marking: Marking) {
    // What is compared is gathered first: it lies all over memory.
    guard var keyed = items[kind]?.map({ (note: marking.notes[Int($0.note)], item: $0) }) else {
      return
    }
    keyed.sort { left, right in
      if kind == .tree, (left.note.age == 0) != (right.note.age == 0) { return left.note.age == 0 }
      if left.note < right.note { return true }
      return right.note < left.note ? false : left.item.note < right.item.note
    }
    items[kind] = keyed.map(\.item)
  }

  /// The id and place of an item.
  func entry(_ item: Item) throws(StoreError) -> (id: ObjectID, place: Place) {
    let source = sources[Int(item.source)]
    guard let entry = source.index.entry(row: Int(item.row)),
      let place = source.place(of: entry.slot)
    else { throw .damaged(file: source.path) }
    return (entry.id, place)
  }
}
