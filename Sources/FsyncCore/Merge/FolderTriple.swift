/// The entries of one directory on the three sides of a merge.
struct FolderTriple {
  /// The base's entries.
  let base: [TreeEntry]
  /// The left side's entries.
  let left: [TreeEntry]
  /// The right side's entries.
  let right: [TreeEntry]

  /// Reads three directories; nil is an absent one.
  init(
    _ base: ObjectID?, _ left: ObjectID?, _ right: ObjectID?, _ objects: ObjectOverlay
  ) throws(ObjectError) {
    func read(_ id: ObjectID?) throws(ObjectError) -> [TreeEntry] {
      guard let id else { return [] }
      return try objects.entries(ofTree: id)
    }
    self.base = try read(base)
    self.left = left == base ? self.base : try read(left)
    self.right = right == base ? self.base : right == left ? self.left : try read(right)
  }

  /// Returns the entries of one name.
  func sides(of name: Name) -> TreeMerge.Sides {
    TreeMerge.Sides(
      base: base.binarySearch(name)?.entry, left: left.binarySearch(name)?.entry,
      right: right.binarySearch(name)?.entry)
  }

  /// Calls back for every name on any side, in order.
  func forEach(
    _ body: (Name, TreeMerge.Sides) throws(ObjectError) -> Void
  ) throws(ObjectError) {
    var (b, l, r) = (0, 0, 0)
    while true {
      var next: Name?
      for name in [
        b < base.count ? base[b].name : nil, l < left.count ? left[l].name : nil,
        r < right.count ? right[r].name : nil,
      ] {
        if let name, next.map({ name < $0 }) ?? true { next = name }
      }
      guard let next else { return }
      var sides = TreeMerge.Sides()
      if b < base.count, base[b].name == next {
        sides.base = base[b].entry
        b += 1
      }
      if l < left.count, left[l].name == next {
        sides.left = left[l].entry
        l += 1
      }
      if r < right.count, right[r].name == next {
        sides.right = right[r].entry
        r += 1
      }
      try body(next, sides)
    }
  }
}
