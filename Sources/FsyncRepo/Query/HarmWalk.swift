internal import FsyncCore

/// Finds out which files and commits missing objects belong to.
///
/// Each tree and list is read once, however many commits have it.
struct HarmWalk {
  private let reader: any ObjectReader
  private let missing: Set<ObjectID>
  /// Trees and lists of which everything is here.
  private var whole: Set<ObjectID> = []
  /// What is missing below the others.
  private var hit: [ObjectID: [Path]] = [:]
  private var isCut = false

  /// How many paths are told apart, in one tree and in all.
  private static let bound = 1000

  init(_ reader: any ObjectReader, missing: Set<ObjectID>) {
    self.reader = reader
    self.missing = missing
  }

  /// Looks at all commits under heads.
  mutating func harm(under heads: [ObjectID]) -> Harm {
    var harm = Harm()
    var items: [Path: Harm.Item] = [:]
    var stack = heads
    var seen = Set(heads)
    while let id = stack.popLast() {
      guard !missing.contains(id), let commit = try? reader.commit(id) else {
        harm.lostCommits.append(id)
        continue
      }
      harm.commits += 1
      let paths = paths(of: commit)
      if paths.isEmpty { harm.wholeCommits += 1 }
      for path in paths {
        guard var item = items[path] else {
          guard items.count < HarmWalk.bound else {
            isCut = true
            continue
          }
          items[path] = Harm.Item(path: path.bytes, commit: id, time: commit.time, commits: 1)
          continue
        }
        item.commits += 1
        if (commit.time, id) > (item.time, item.commit) {
          (item.commit, item.time) = (id, commit.time)
        }
        items[path] = item
      }
      for parent in commit.parents where seen.insert(parent).inserted { stack.append(parent) }
    }
    harm.items = items.sorted { $0.key < $1.key }.map(\.value)
    harm.lostCommits.sort()
    harm.isCut = isCut
    return harm
  }

  /// What a commit cannot give back; the root for what belongs to no path.
  private mutating func paths(of commit: Commit) -> Set<Path> {
    var result = Set(paths(in: commit.tree, depth: 0))
    var own = [commit.renames, commit.conflicts]
    if let view = commit.baseView { own += [view.renames, view.conflicts] }
    if own.contains(where: { $0.map(missing.contains) ?? false }) { result.insert(.root) }
    return result
  }

  private mutating func paths(in tree: ObjectID, depth: Int) -> [Path] {
    if whole.contains(tree) { return [] }
    if let known = hit[tree] { return known }
    guard !missing.contains(tree), depth <= Limits.depth,
      let entries = try? reader.entries(ofTree: tree)
    else { return [.root] }
    var result: [Path] = []
    for element in entries {
      let path = Path.root.appending(element.name)
      let entry = element.entry
      if entry.kind == .directory {
        result += paths(in: entry.content, depth: depth + 1).map { path.appending($0) }
      } else if !isWhole(entry.content, isList: entry.contentKind == .list, depth: 0)
        || entry.attributes.map(missing.contains) ?? false
      {
        result.append(path)
      }
    }
    if result.count > HarmWalk.bound {
      result.removeLast(result.count - HarmWalk.bound)
      isCut = true
    }
    if result.isEmpty { whole.insert(tree) } else { hit[tree] = result }
    return result
  }

  private mutating func isWhole(_ content: ObjectID, isList: Bool, depth: Int) -> Bool {
    if missing.contains(content) { return false }
    if !isList || whole.contains(content) { return true }
    guard depth <= Limits.depth, let node = try? reader.listNode(content) else { return false }
    let isInner = node.level > 0
    for element in node.elements {
      guard isWhole(element.id, isList: isInner, depth: depth + 1) else { return false }
    }
    whole.insert(content)
    return true
  }
}
