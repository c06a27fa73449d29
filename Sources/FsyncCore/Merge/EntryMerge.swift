/// Merges what an entry says beside its content, field by field.
enum EntryMerge {
  /// Returns one entry of two with the same content: mode, attributes and time merged.
  static func merge(base: Entry?, _ left: Entry, _ right: Entry) -> Entry {
    var result = withFields(base: base, left, of: left, right)
    if left.mtime != right.mtime {
      let old = base?.hasSameContent(as: left) == true ? base?.mtime : nil
      result.mtime =
        old == left.mtime
        ? right.mtime : old == right.mtime ? left.mtime : min(left.mtime, right.mtime)
    }
    return result
  }

  /// Returns an entry with mode and attributes merged from two sides; its content and time stay.
  ///
  /// Sides of another kind than the entry have no say.
  static func withFields(
    base: Entry?, _ entry: Entry, of left: Entry, _ right: Entry
  ) -> Entry {
    guard left.kind == entry.kind, right.kind == entry.kind else { return entry }
    let base = base?.kind == entry.kind ? base : nil
    var result = entry
    result.mode = mode(base: base?.mode, left.mode, right.mode)
    result.attributes = attributes(base: base, left.attributes, right.attributes)
    return result
  }

  /// Merges permission bits one by one; a bit has two values, so there is no clash.
  ///
  /// Without a base the owner's bits are united and the others' intersected: the owner can do
  /// what either side allows, nobody else what either side forbids.
  static func mode(base: UInt16?, _ left: UInt16, _ right: UInt16) -> UInt16 {
    guard let base else { return (left | right) & 0o700 | left & right & 0o077 }
    return base ^ (base ^ left) ^ (base ^ right) ^ ((base ^ left) & (base ^ right))
  }

  private static func attributes(
    base: Entry?, _ left: ObjectID?, _ right: ObjectID?
  ) -> ObjectID? {
    if left == right { return left }
    if let base {
      if left == base.attributes { return right }
      if right == base.attributes { return left }
    }
    guard let left, let right else { return left ?? right }
    return max(left, right)
  }
}
