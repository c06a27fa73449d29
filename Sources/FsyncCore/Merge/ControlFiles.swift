/// The files that say how the folder is treated: they merge first, and never clash.
enum ControlFiles {
  /// Says which paths are ignored.
  static let ignore = name(".fsyncignore")
  /// Says how paths are merged.
  static let attributes = name(".fsyncattributes")
  /// Both, in the order in which they merge.
  static let names = [attributes, ignore].compactMap { $0 }

  private static func name(_ text: String) -> Name? { try? Name(Array(text.utf8)) }

  /// Merges two versions by union of their lines; nil where one is no file, or too large.
  static func union(
    base: Entry?, _ left: Entry, _ right: Entry, _ merge: TreeMerge
  ) throws(ObjectError) -> Entry? {
    guard left.kind == .file, right.kind == .file,
      let ours = try merge.content(of: left, atMost: TextMerge.maximumSize),
      let theirs = try merge.content(of: right, atMost: TextMerge.maximumSize)
    else { return nil }
    var old: [UInt8] = []
    if let base, base.kind == .file {
      old = try merge.content(of: base, atMost: TextMerge.maximumSize) ?? []
    }
    return merge.written(
      TextMerge.union(base: old, left: ours, right: theirs), base: base, left, right)
  }

  /// Adds a merged attributes file's lines to the rules for its folder.
  static func add(
    _ entry: Entry, in folder: Path, to rules: inout AttributeRules, _ merge: TreeMerge
  ) throws(ObjectError) {
    guard entry.kind == .file,
      let contents = try merge.content(of: entry, atMost: TextMerge.maximumSize)
    else { return }
    rules.add(contents, in: folder)
  }

  /// Returns the rules that hold in a folder of a tree.
  static func rules(
    for folder: Path, in tree: TreeEditor, _ merge: TreeMerge
  ) throws(ObjectError) -> AttributeRules {
    var rules = AttributeRules()
    guard let attributes else { return rules }
    var path = Path.root
    if let entry = try tree.entry(at: path.appending(attributes)) {
      try add(entry, in: path, to: &rules, merge)
    }
    for name in folder.components {
      path = path.appending(name)
      guard let entry = try tree.entry(at: path.appending(attributes)) else { continue }
      try add(entry, in: path, to: &rules, merge)
    }
    return rules
  }
}
