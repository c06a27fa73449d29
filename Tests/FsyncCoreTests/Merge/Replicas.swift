import FsyncCore
import TestSupport

/// A replica of a simulation: its heads, and the folder that shows its base.
struct Replica {
  let name: String
  var heads: [ObjectID] = []
  var base: [ObjectID] = []
  var folder: [String: TestTree] = [:]
  /// The folder as the base has it.
  var shown: [String: TestTree] = [:]
  /// Renames that were observed since the base.
  var moved: [(String, String)] = []
}

/// Several replicas that edit, commit and sync in a random order.
///
/// Every line or byte string that an edit writes is a word of its own, so what became of it can
/// be followed through merges: a word is gone for good only where a replica that had it in its
/// folder took it out somewhere.
struct Simulation {
  let history = History()
  var replicas: [Replica]
  var random: SplitMix
  var clock: Int64 = 0
  var words = 0
  /// Words that some replica removed.
  var removed: Set<String> = []
  var written: Set<String> = []
  /// Words that a commit has had.
  var committed: Set<String> = []

  static let names = ["a", "b.txt", "c.tar.gz", "d", "e", "f.bin"]
  static let folders = ["", "x/", "y/", "x/s/"]

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    replicas = ["ann", "bob", "cat", "dan", "eve"].prefix(3 + random.below(3)).map {
      Replica(name: $0)
    }
  }

  mutating func word() -> String {
    words += 1
    let word = "w\(words)."
    written.insert(word)
    return word
  }

  mutating func path() -> String {
    random.pick(Simulation.folders) + random.pick(Simulation.names)
  }

  /// One random act of one replica.
  mutating func act() throws {
    let index = random.below(replicas.count)
    clock += 1
    switch random.below(12) {
    case 0...6:
      var replica = replicas[index]
      edit(&replica)
      replicas[index] = replica
    case 7, 8: try commit(index)
    default:
      var other = random.below(replicas.count - 1)
      if other >= index { other += 1 }
      try sync(index, other, isCommitting: !random.once(in: 4), isShowing: !random.once(in: 5))
    }
  }

  /// One random change of a folder.
  private mutating func edit(_ replica: inout Replica) {
    let files = replica.folder.keys.sorted()
    guard !files.isEmpty, !random.once(in: 4) else {
      add(path(), to: &replica)
      return
    }
    let path = random.pick(files)
    switch random.below(9) {
    case 0: replica.folder[path] = nil
    case 1: move(path, in: &replica)
    case 2: moveFolder(of: path, in: &replica)
    case 3:
      if case .file(let bytes, let mode, let time) = replica.folder[path] {
        replica.folder[path] = .file(bytes, mode: mode ^ 0o100, time: time)
      }
    case 4:
      // A person settles a conflict by removing a copy.
      if let copy = files.first(where: { $0.contains(".conflict-") }) { replica.folder[copy] = nil }
    default: change(path, in: &replica)
    }
  }

  private mutating func add(_ path: String, to replica: inout Replica) {
    guard replica.folder[path] == nil,
      !replica.folder.keys.contains(where: { $0.hasPrefix(path + "/") || path.hasPrefix($0 + "/") })
    else { return }
    switch random.below(6) {
    case 0: replica.folder[path] = link(word(), at: clock)
    case 1: replica.folder[path] = binary(word(), at: clock)
    default:
      let text = (0..<1 + random.below(6)).map { _ in word() + "\n" }.joined()
      replica.folder[path] = file(text, at: clock)
    }
  }

  private mutating func change(_ path: String, in replica: inout Replica) {
    switch replica.folder[path] {
    case .file(let bytes, let mode, _) where !bytes.contains(0):
      var lines = bytes.split(separator: 0x0a).map(Array.init)
      let line = Array(word().utf8)
      if lines.isEmpty || random.once(in: 3) {
        lines.insert(line, at: random.below(lines.count + 1))
      } else {
        lines[random.below(lines.count)] = line
      }
      replica.folder[path] = .file(
        Array(lines.joined(separator: [0x0a])) + [0x0a], mode: mode, time: clock)
    case .file: replica.folder[path] = binary(word(), at: clock)
    case .link: replica.folder[path] = link(word(), at: clock)
    default: break
    }
  }

  private mutating func move(_ path: String, in replica: inout Replica) {
    let target = self.path()
    guard replica.folder[target] == nil,
      !replica.folder.keys.contains(where: {
        $0.hasPrefix(target + "/") || target.hasPrefix($0 + "/")
      })
    else { return }
    replica.folder[target] = replica.folder.removeValue(forKey: path)
    if random.once(in: 2) { replica.moved.append((path, target)) }
  }

  private mutating func moveFolder(of path: String, in replica: inout Replica) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let old = String(path[...slash])
    let new = ["x/", "y/", "z/", "y/n/", "x/m/"][random.below(5)]
    guard !new.hasPrefix(old),
      !replica.folder.keys.contains(where: { $0.hasPrefix(new) || new.hasPrefix($0 + "/") })
    else { return }
    for (path, tree) in replica.folder where path.hasPrefix(old) {
      replica.folder[path] = nil
      replica.folder[new + path.dropFirst(old.count)] = tree
    }
  }

  mutating func commit(_ index: Int) throws {
    var replica = replicas[index]
    guard replica.folder != replica.shown || replica.base.isEmpty else { return }
    let now = Simulation.occurrences(in: replica.folder)
    for (word, count) in Simulation.occurrences(in: replica.shown)
    where now[word, default: 0] < count {
      removed.insert(word)
    }
    committed.formUnion(now.keys)
    let root = history.objects.put(Simulation.nested(replica.folder)).content
    let id = try history.commit(
      root: root, by: replica.name, on: replica.base, time: clock,
      moved: replica.moved.map { (TestSupport.path($0.0), TestSupport.path($0.1)) })
    replica.moved = []
    replica.heads = try CommitGraph(history.objects).join(replica.heads, [id])
    replica.base = [id]
    replica.shown = replica.folder
    replicas[index] = replica
  }

  /// Two replicas join their heads; one that does not show them works on with its old base.
  mutating func sync(
    _ first: Int, _ second: Int, isCommitting: Bool, isShowing: Bool = true
  ) throws {
    for index in [first, second] where isCommitting { try commit(index) }
    let graph = CommitGraph(history.objects)
    let joined = try graph.join(replicas[first].heads, replicas[second].heads)
    for index in [first, second] {
      replicas[index].heads = joined
      // A folder with changes that are not committed is never overwritten.
      guard isShowing, replicas[index].folder == replicas[index].shown, !joined.isEmpty else {
        continue
      }
      let view = try history.view(of: joined)
      replicas[index].base = joined
      replicas[index].folder = Simulation.flat(try history.objects.tree(view.tree))
      replicas[index].shown = replicas[index].folder
      replicas[index].moved = []
    }
  }

  /// Lets every replica commit and learn everything.
  mutating func settle() throws {
    for index in replicas.indices { try commit(index) }
    var order = Array(replicas.indices)
    order.shuffle(using: &random)
    for _ in 0..<3 {
      for index in order.indices.dropLast() {
        try sync(order[index], order[index + 1], isCommitting: true)
      }
      order.shuffle(using: &random)
    }
    for index in replicas.indices.dropFirst() { try sync(0, index, isCommitting: true) }
    for index in replicas.indices.dropFirst() { try sync(0, index, isCommitting: true) }
  }

  static func nested(_ flat: [String: TestTree]) -> TestTree {
    var own: [String: TestTree] = [:]
    var below: [String: [String: TestTree]] = [:]
    for (path, tree) in flat {
      if let slash = path.firstIndex(of: "/") {
        let rest = String(path[path.index(after: slash)...])
        below[String(path[..<slash]), default: [:]][rest] = tree
      } else {
        own[path] = tree
      }
    }
    for (name, flat) in below { own[name] = nested(flat) }
    return dir(own)
  }

  static func flat(_ tree: TestTree, at prefix: String = "") -> [String: TestTree] {
    guard case .dir(let entries, _) = tree else { return [prefix: tree] }
    var result: [String: TestTree] = [:]
    for (name, tree) in entries {
      result.merge(flat(tree, at: prefix.isEmpty ? name : prefix + "/" + name)) { $1 }
    }
    return result
  }

  /// In how many places each word is.
  static func occurrences(in folder: [String: TestTree]) -> [String: Int] {
    var result: [String: Int] = [:]
    for tree in folder.values {
      switch tree {
      case .file(let bytes, _, _), .link(let bytes, _):
        for word in bytes.split(whereSeparator: { $0 == 0x0a || $0 == 0 }) {
          result[String(decoding: word, as: UTF8.self), default: 0] += 1
        }
      case .dir: break
      }
    }
    return result
  }
}
