import FsyncCore

/// The objects that are reached from roots, and what is noted of each.
///
/// Pruned commits keep their skeleton: what they name is reached, but for the chunks, which are
/// reached only where something else needs them too.
///
/// Goes from commits to their trees, the newest first and so many at a time, and there level by
/// level, each level in the order in which the objects are stored: so a frame is decompressed about
/// once a level, however large history is. What whole commits reach comes first.
///
/// One thread fills it; after that any number may ask.
final class Marking: @unchecked Sendable {
  // @unchecked: nothing is written while more than one thread has it.

  /// What is known of an object.
  private enum Mark: UInt32 {
    /// Reached, with all below it.
    case whole = 0
    /// A node that only pruned commits reach: it stays, and the chunks below it need not.
    case skeleton = 1
    /// A chunk that only pruned commits reach.
    case pruned = 2
  }

  /// For each object the place of its note, and in the low two bits its mark.
  private var table = MarkTable()
  /// What is noted of each object.
  var notes = Notes()
  private var recent = RecentVisits()
  private let store: Store
  private let control: CollectControl
  /// Commits of which only the skeleton is kept.
  private var prunedCommits: Set<ObjectID> = []
  private var prunedChunks = 0
  /// Objects that name others and that nobody has looked into.
  private var waiting: [Waiting] = []
  /// What pruned commits name.
  private var later: [(reference: Reference, note: Note)] = []
  /// Commits that nobody has looked into.
  private var commits: [Reference] = []
  /// The trees of commits, to be looked into once the commits' ages are known.
  private var snapshots: [Snapshot] = []

  private struct Waiting {
    let location: ObjectLocation
    let reference: Reference
    let number: Int
  }

  private struct Snapshot {
    let time: Timestamp
    let isHead: Bool
    let tree: Reference
  }

  /// - Parameter control: asked before each object that is read.
  init(_ store: Store, _ control: CollectControl = CollectControl()) {
    self.store = store
    self.control = control
  }

  private static let snapshotBatch = 1 << 16

  private func mark(of id: ObjectID) -> Mark? {
    table.value(of: id).flatMap { Mark(rawValue: $0 & 3) }
  }

  /// Says whether an object was reached.
  func contains(_ id: ObjectID) -> Bool { mark(of: id).map { $0 != .pruned } ?? false }

  /// Says whether an object is content that only pruned commits reach.
  func isPruned(_ id: ObjectID) -> Bool { mark(of: id) == .pruned }

  /// The number of objects that were reached.
  var count: Int { table.count - prunedChunks }

  /// The place of an object's note in `notes`; nil where nothing names it.
  func number(of id: ObjectID) -> Int? { table.value(of: id).map { Int($0 >> 2) } }

  /// The place of the note of an object that was reached; nil for any other.
  func reachedNumber(of id: ObjectID) -> Int? {
    guard let value = table.value(of: id), value & 3 != Mark.pruned.rawValue else { return nil }
    return Int(value >> 2)
  }

  /// Makes room for so many objects.
  func reserve(_ objects: Int) {
    table.reserve(objects)
    notes.reserve(objects)
  }

  /// Notes an object without looking into it.
  func note(_ id: ObjectID) {
    if !contains(id) { set(id, .whole, Note()) }
  }

  /// Marks an object; its note stays where it has one.
  /// - Returns: the place of its note.
  @discardableResult
  private func set(_ id: ObjectID, _ mark: Mark, _ note: Note) -> Int {
    if mark == .pruned { prunedChunks += 1 }
    let known = table.value(of: id)
    if let known, known & 3 == Mark.pruned.rawValue { prunedChunks -= 1 }
    let number = known.map { Int($0 >> 2) } ?? notes.count
    if number == notes.count { notes.append(note) }
    precondition(number < 1 << 30, "a billion objects, for which no memory would do")
    table.update(id, UInt32(number) << 2 | mark.rawValue)
    return number
  }

  /// Follows references to everything that they reach.
  ///
  /// Where an object that names others cannot be had, what it names cannot be known: throws, for
  /// then nothing may be dropped. A chunk that is missing hides nothing.
  /// - Parameter pruned: commits of which only the skeleton is kept.
  func follow(_ roots: [Reference], pruned: Set<ObjectID> = []) throws(StoreError) {
    prunedCommits = pruned
    for root in roots { try visit(root, Note()) }
    try lookIntoAll(heads: Set(roots.lazy.filter { $0.kind == .commit }.map(\.id)))
    // Now that most of it is known to be reached anyway.
    while let (reference, note) = later.popLast() {
      try visit(reference, note)
      if later.isEmpty { try lookIntoAll(heads: []) }
    }
  }

  /// Looks into commits, and then notes their trees, the newest first: so an object is noted
  /// where it was last.
  private func followCommits(heads: Set<ObjectID>) throws(StoreError) {
    while let next = commits.popLast() {
      let object = try read(next)
      let isWhole = !prunedCommits.contains(next.id)
      var tree: ObjectID?
      do throws(DecodeError) {
        let commit = try Commit(decoding: object.bytes)
        var reference = Reference(commit.tree, .tree)
        reference.isWhole = isWhole
        tree = commit.tree
        snapshots.append(
          Snapshot(time: commit.time, isHead: heads.contains(next.id), tree: reference))
      } catch { throw .object(.malformed(next.id, error)) }
      for var reference in try references(in: object, next.id) where reference.id != tree {
        if isWhole || reference.kind == .commit {
          try visit(reference, Note())
        } else {
          reference.isWhole = false
          later.append((reference, Note()))
        }
      }
    }
    snapshots.sort { ($0.isHead ? 0 : 1, $1.time) < ($1.isHead ? 0 : 1, $0.time) }
    let all = snapshots
    snapshots = []
    var age: UInt32 = 0
    for (place, snapshot) in all.enumerated() {
      if !snapshot.isHead { age += 1 }
      if snapshot.tree.isWhole {
        try visit(snapshot.tree, Note(age: age))
      } else {
        later.append((snapshot.tree, Note(age: age)))
      }
      // More at a time would be held in memory without need.
      if (place + 1) % Marking.snapshotBatch == 0 { try lookIntoTrees() }
    }
    try lookIntoTrees()
  }

  private func lookIntoAll(heads: Set<ObjectID>) throws(StoreError) {
    try followCommits(heads: heads)
    try lookIntoTrees()
    // Conflict tables name commits too, beside the graph.
    while !commits.isEmpty { try followCommits(heads: []) }
  }

  /// Looks into what is waiting, level by level.
  private func lookIntoTrees() throws(StoreError) {
    while !waiting.isEmpty {
      var level = waiting
      waiting = []
      level.sort { $0.location < $1.location }
      // An object that was met in its newest place first need not be noted again in others.
      var falls = 0
      for (one, next) in zip(level, level.dropFirst()) {
        falls += (notes.age(one.number) > notes.age(next.number) ? 1 : -1)
      }
      if falls > 0 { level.reverse() }
      for next in level { try look(into: next) }
    }
  }

  /// Notes that something is reached, and that it is to be looked into.
  private func visit(_ reference: Reference, _ note: Note) throws(StoreError) {
    if let value = table.value(of: reference.id), let known = Mark(rawValue: value & 3) {
      notes.lower(Int(value >> 2), to: note.age)
      if known == .whole || !reference.isWhole { return }
      if prunedCommits.contains(reference.id) { return }
    }
    let place = store.place(of: reference.id)
    guard let kind = place?.slot.kind ?? reference.kind else {
      // Of what no place says what it is, and that is not here, nothing can be known.
      if reference.isNeeded { throw .object(.missing(reference.id)) }
      return
    }
    if kind != .chunk, place == nil, try store.isAbsent(reference.id) {
      if reference.isNeeded { throw .object(.missing(reference.id)) }
      return
    }
    switch kind {
    case .chunk:
      set(reference.id, reference.isWhole ? .whole : .pruned, note)
    case .commit:
      set(reference.id, prunedCommits.contains(reference.id) ? .skeleton : .whole, note)
      commits.append(reference)
    default:
      let number = set(reference.id, reference.isWhole ? .whole : .skeleton, note)
      if kind == .renames { return }
      waiting.append(
        Waiting(
          location: store.location(of: reference.id) ?? .nowhere, reference: reference,
          number: number))
    }
  }

  private func read(_ reference: Reference) throws(StoreError) -> StoredObject {
    try control.check()
    do throws(ObjectError) {
      guard let object = try store.object(reference.id) else { throw .missing(reference.id) }
      return object
    } catch { throw .object(error) }
  }

  private func references(
    in object: StoredObject, _ id: ObjectID
  ) throws(StoreError) -> [Reference] {
    var found: [Reference] = []
    do throws(DecodeError) {
      try References.forEach(in: object) { found.append($0) }
    } catch { throw .object(.malformed(id, error)) }
    return found
  }

  private func look(into next: Waiting) throws(StoreError) {
    let object = try read(next.reference)
    let note = notes[next.number]
    let isWhole = next.reference.isWhole
    func visit(_ reference: Reference, _ note: Note) throws(StoreError) {
      var reference = reference
      if reference.kind != .commit { reference.isWhole = isWhole }
      try self.visit(reference, note)
    }
    guard object.kind == .tree else {
      // A list's chunks are noted where the file is.
      for reference in try references(in: object, next.reference.id) {
        try visit(reference, object.kind == .list ? note : Note())
      }
      return
    }
    let node: TreeNode
    do throws(DecodeError) { node = try TreeNode(decoding: object.bytes) } catch {
      throw .object(.malformed(next.reference.id, error))
    }
    switch node {
    case .leaf(let entries):
      for element in entries {
        let entry = element.entry
        // From one version of a folder to the next most of it is the same.
        if entry.attributes == nil, recent.visits(entry.content, note.age, isWhole) { continue }
        let below = note.below(element.name)
        try visit(Reference(entry.content, entry.contentKind), below)
        if let attributes = entry.attributes { try visit(Reference(attributes, .chunk), below) }
      }
    case .inner(_, let children):
      for child in children {
        var below = note
        below.path = note.below(child.first).path
        try visit(Reference(child.node, .tree), below)
      }
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

extension Store {
  /// Looks once more before it is said that something is not here.
  fileprivate func isAbsent(_ id: ObjectID) throws(StoreError) -> Bool {
    do throws(ObjectError) { return try !contains(id) } catch { throw .object(error) }
  }
}
