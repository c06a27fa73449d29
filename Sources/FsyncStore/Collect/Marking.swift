import FsyncCore

/// The objects that are reached from roots.
///
/// Pruned commits keep their skeleton: what they name is reached, but for the chunks, which are
/// reached only where something else needs them too.
struct Marking: ~Copyable {
  /// What is known of an object.
  private enum Mark {
    /// Reached, with all below it.
    static let whole: UInt64 = 0
    /// A node that only pruned commits reach: it stays, and the chunks below it need not.
    static let skeleton: UInt64 = 1
    /// A chunk that only pruned commits reach.
    static let pruned: UInt64 = 2
  }

  private var table = ObjectTable()
  private var waiting: [Reference] = []
  /// What pruned commits name; looked at last, when most of it is known to be reached anyway.
  private var later: [Reference] = []
  private let store: Store
  /// Commits of which only the skeleton is kept.
  private var prunedCommits: Set<ObjectID> = []
  private var prunedChunks = 0

  init(_ store: Store) {
    self.store = store
  }

  /// Says whether an object was reached.
  func contains(_ id: ObjectID) -> Bool {
    guard let mark = table.value(of: id) else { return false }
    return mark != Mark.pruned
  }

  /// Says whether an object is content that only pruned commits reach.
  func isPruned(_ id: ObjectID) -> Bool { table.value(of: id) == Mark.pruned }

  /// The number of objects that were reached.
  var count: Int { table.count - prunedChunks }

  /// Notes an object without looking into it.
  mutating func note(_ id: ObjectID) {
    if !contains(id) { set(id, Mark.whole) }
  }

  private mutating func set(_ id: ObjectID, _ mark: UInt64) {
    if mark == Mark.pruned { prunedChunks += 1 }
    if table.value(of: id) == Mark.pruned { prunedChunks -= 1 }
    table.update(id, mark)
  }

  /// Follows references to everything that they reach.
  ///
  /// Where an object that names others cannot be had, what it names cannot be known: throws, for
  /// then nothing may be dropped. A chunk that is missing hides nothing.
  /// - Parameter pruned: commits of which only the skeleton is kept.
  mutating func follow(
    _ roots: [Reference], pruned: Set<ObjectID> = []
  ) throws(StoreError) {
    prunedCommits = pruned
    waiting = roots
    while let next = waiting.popLast() ?? later.popLast() {
      let known = table.value(of: next.id)
      if known == Mark.whole || known != nil && !next.isWhole { continue }
      if known == Mark.skeleton, prunedCommits.contains(next.id) { continue }
      let kind = store.kind(of: next.id) ?? next.kind
      if kind == .chunk {
        set(next.id, next.isWhole ? Mark.whole : Mark.pruned)
        continue
      }
      do throws(ObjectError) {
        guard let object = try store.object(next.id) else {
          if next.isNeeded { throw .missing(next.id) }
          continue
        }
        let isWhole =
          object.kind == .commit ? !prunedCommits.contains(next.id) : next.isWhole
        set(next.id, isWhole ? Mark.whole : Mark.skeleton)
        var found: [Reference] = []
        do throws(DecodeError) {
          try References.forEach(in: object) { found.append($0) }
        } catch { throw .malformed(next.id, error) }
        for reference in found { queue(reference, isWhole: isWhole) }
      } catch { throw .object(error) }
    }
  }

  private mutating func queue(_ reference: Reference, isWhole: Bool) {
    let known = table.value(of: reference.id)
    if isWhole || reference.kind == .commit {
      if known != Mark.whole { waiting.append(reference) }
    } else if known == nil {
      var skeleton = reference
      skeleton.isWhole = false
      later.append(skeleton)
    }
  }
}

extension Marking {
  /// Where an object goes that is copied: what pruned commits alone need is given up at once.
  func destination(of id: ObjectID, grace: Int64) -> Sorter.Destination {
    if contains(id) { return .reached }
    return grace > 0 && !isPruned(id) ? .unreached : .nowhere
  }
}
