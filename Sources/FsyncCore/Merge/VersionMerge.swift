/// Merges the sets of versions that one path in open conflict has on three sides.
///
/// A version is followed under whatever name a side has it: by its content, or by what its
/// edits say they supersede. So an edit replaces the version that it is an edit of, and what one
/// side closed stays closed unless the other side has gone on editing.
struct VersionMerge {
  /// The versions of one side.
  struct Side {
    /// Files and links.
    var versions: [Version]
    /// Whether the side's table has the conflict; else it has one version at most.
    var isOpen: Bool
  }

  /// What became of a version of the base on one side.
  private enum Fate {
    case kept(Version)
    case replaced([Version])
    case removed
  }

  private let base: Side
  private let left: Side
  private let right: Side
  private let merge: TreeMerge
  private var group: ConflictGroup
  /// Versions that became something else, or are told of by a version of the base.
  private var told: Set<ObjectID> = []
  /// Whether an edit outlived a removal.
  private(set) var keptEdit: Version?

  /// Prepares a merge.
  init(base: Side, left: Side, right: Side, of entry: Entry?, _ merge: TreeMerge) {
    self.base = base
    self.left = left
    self.right = right
    self.merge = merge
    group = ConflictGroup(base: entry)
  }

  /// Returns the versions that stay.
  mutating func run() throws(ObjectError) -> ConflictGroup {
    for version in base.versions {
      let (l, r) = (fate(of: version, on: left), fate(of: version, on: right))
      for survivor in try combine(version, l, r) {
        try group.add(survivor, order: merge.order)
      }
    }
    for side in [left, right] {
      for version in side.versions where !told.contains(version.entry.content) {
        try group.add(version, order: merge.order)
      }
    }
    if group.versions.isEmpty, !left.versions.isEmpty, !right.versions.isEmpty {
      // Each side removed what the other one chose to keep: that closes nothing.
      for version in left.versions + right.versions {
        try group.add(version, order: merge.order)
      }
    }
    return group
  }

  private mutating func fate(of version: Version, on side: Side) -> Fate {
    if let same = side.versions.first(where: { $0.entry.hasSameContent(as: version.entry) }) {
      told.insert(same.entry.content)
      return .kept(same)
    }
    var later = side.versions.filter { $0.descends(from: version) }
    if later.isEmpty, !side.isOpen, isPlain(version),
      let only = side.versions.first, !base.versions.contains(where: only.descends(from:))
    {
      later = [only]
    }
    guard !later.isEmpty else { return .removed }
    return .replaced(
      later.map { edit in
        told.insert(edit.entry.content)
        var edit = edit
        let older = [version.entry.content] + version.supersedes
        edit.supersedes += older.filter {
          $0 != edit.entry.content && !edit.supersedes.contains($0)
        }
        return edit
      })
  }

  /// Whether a version of the base has the plain name there, or is the only one.
  private func isPlain(_ version: Version) -> Bool {
    base.versions.count == 1 || version.place == nil
  }

  private mutating func combine(
    _ version: Version, _ left: Fate, _ right: Fate
  ) throws(ObjectError) -> [Version] {
    switch (left, right) {
    case (.kept(let l), .kept(let r)):
      var result = try merge.order.unite(l, r)
      result.entry = EntryMerge.merge(base: version.entry, l.entry, r.entry)
      return [result]
    case (.kept(let kept), .replaced(let edits)), (.replaced(let edits), .kept(let kept)):
      return edits.map { edit in
        var result = edit
        result.entry = EntryMerge.withFields(
          base: version.entry, edit.entry, of: kept.entry, edit.entry)
        if edit.place != kept.place { result.place = nil }
        return result
      }
    case (.kept, .removed), (.removed, .kept), (.removed, .removed):
      return []
    case (.replaced(let edits), .removed), (.removed, .replaced(let edits)):
      keptEdit = edits.first
      return edits
    case (.replaced(let ls), .replaced(let rs)):
      guard ls.count == 1, rs.count == 1, let l = ls.first, let r = rs.first,
        !l.entry.hasSameContent(as: r.entry),
        let text = try merge.mergeText(base: version.entry, l.entry, r.entry)
      else { return ls + rs }
      var result = try merge.order.unite(l, r)
      result.entry = text
      result.supersedes = [l.entry.content, r.entry.content].sorted() + result.supersedes
      result.supersedes.removeAll { $0 == text.content }
      return [result]
    }
  }
}
