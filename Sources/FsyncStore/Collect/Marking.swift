import FsyncCore

/// The objects that are reached from roots.
struct Marking: ~Copyable {
  private var table = ObjectTable()
  private var waiting: [Reference] = []
  private let store: Store

  init(_ store: Store) {
    self.store = store
  }

  /// Says whether an object was reached.
  func contains(_ id: ObjectID) -> Bool { table.value(of: id) != nil }

  /// The number of objects that were reached.
  var count: Int { table.count }

  /// Notes an object without looking into it.
  mutating func note(_ id: ObjectID) { table.insert(id, 0) }

  /// Follows references to everything that they reach.
  ///
  /// Where an object that names others cannot be had, what it names cannot be known: throws, for
  /// then nothing may be dropped. A chunk that is missing hides nothing.
  mutating func follow(_ roots: [Reference]) throws(StoreError) {
    waiting = roots
    while let next = waiting.popLast() {
      if table.value(of: next.id) != nil { continue }
      let kind = store.kind(of: next.id) ?? next.kind
      if kind == .chunk {
        table.insert(next.id, 0)
        continue
      }
      do throws(ObjectError) {
        guard let object = try store.object(next.id) else {
          if next.isNeeded { throw .missing(next.id) }
          continue
        }
        table.insert(next.id, 0)
        var found: [Reference] = []
        do throws(DecodeError) {
          try References.forEach(in: object) { found.append($0) }
        } catch { throw .malformed(next.id, error) }
        for reference in found where table.value(of: reference.id) == nil {
          waiting.append(reference)
        }
      } catch { throw .object(error) }
    }
  }
}
