package import FsyncCore

/// How many paths changed in which way, and the first of them: what is said of many changes
/// without keeping them all.
package struct ChangeSummary: Hashable, Sendable {
  /// How many paths changed, by the way in which they did.
  package private(set) var counts: [ChangeKind: Int] = [:]
  /// The first paths in order, a few at most.
  package private(set) var first: [Path] = []

  /// How many paths are named.
  package static let named = 3

  /// Makes a summary of some changes.
  package init(_ changes: some Sequence<PathChange> = []) {
    for change in changes { add(change) }
  }

  /// Adds a change.
  package mutating func add(_ change: PathChange) {
    counts[change.kind, default: 0] += 1
    if first.count == ChangeSummary.named, let last = first.last, change.path >= last { return }
    let place = first.firstIndex { change.path < $0 } ?? first.count
    first.insert(change.path, at: place)
    if first.count > ChangeSummary.named { first.removeLast() }
  }

  /// The number of changes.
  package var count: Int { counts.values.reduce(0, +) }
  /// Says whether there are none.
  package var isEmpty: Bool { counts.isEmpty }
}
