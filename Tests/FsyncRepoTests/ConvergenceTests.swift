import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

/// Real folders that edit, commit and sync pairwise in a random order.
struct Mesh {
  var replicas: [Repository] = []
  var random: SplitMix
  var words = 0
  /// Every content that somebody wrote; what merges make of them is derived, and not kept.
  var written: Set<String> = ["start\n\n\nend\n"]
  /// Those that were in a folder when it was committed.
  var committed: Set<String> = []
  /// Whether replicas prune from time to time, each by rules of its own.
  private let prunes: Bool

  init(
    seed: UInt64, prunes: Bool = false, in directory: borrowing TemporaryDirectory
  ) throws {
    self.prunes = prunes
    random = SplitMix(seed: seed)
    let first = try Repository.make("ann", in: directory)
    try first.tree.write("a", "start\n\n\nend\n")
    replicas.append(first)
    for name in ["bob", "cat", "dan", "eve"].prefix(2 + random.below(3)) {
      replicas.append(try first.clone(name, in: directory))
    }
  }

  static let names = ["a", "b.txt", "x/a", "x/c", "y/d.bin", "x/s/e"]

  mutating func act() throws {
    let replica = random.pick(replicas)
    switch random.below(prunes ? 13 : 10) {
    case 10...:
      var policy = RetentionPolicy()
      policy.last = 1 + random.below(2)
      _ = try replica.prune(policy)
    case 0...4: try edit(replica.tree)
    case 5, 6:
      try note(replica)
      try replica.commit("step")
    default:
      let other = random.pick(replicas)
      guard other !== replica else { return }
      try note(replica)
      try note(other)
      try replica.sync(other.url)
    }
  }

  /// Remembers what a folder holds, since the next commit must keep it for ever.
  private mutating func note(_ replica: Repository) throws {
    for (name, line) in try replica.tree.listing() where line != "folder" {
      let content = try replica.tree.read(name)
      if written.contains(content) { committed.insert(content) }
    }
  }

  private mutating func edit(_ tree: Folder) throws {
    let files = try tree.listing().filter { $0.value != "folder" }.keys.sorted()
    words += 1
    let name = random.pick(Mesh.names)
    switch random.below(6) {
    case 0 where !files.isEmpty: try tree.remove(random.pick(files))
    case 1 where !files.isEmpty:
      let target = random.pick(Mesh.names) + "\(words)"
      if let slash = target.lastIndex(of: "/") {
        guard !isFile(tree, above: target) else { return }
        try tree.makeFolder(String(target[..<slash]))
      }
      try tree.move(random.pick(files), target)
    case 2 where !files.isEmpty:
      let file = random.pick(files)
      try write(file, try tree.read(file) + "line \(words)\n", in: tree)
    case 3 where tree.exists("x"):
      if try Stat(path: tree.absolute("x")).kind == .directory {
        try tree.move("x", "x\(words)")
      }
    default:
      guard !isFile(tree, above: name), !isFolder(tree, name) else { return }
      try write(name, "new \(words)\n\n\nend\n", in: tree)
    }
  }

  private mutating func write(_ name: String, _ content: String, in tree: Folder) throws {
    try tree.write(name, content)
    written.insert(content)
  }

  private func isFolder(_ tree: Folder, _ name: String) -> Bool {
    (try? Stat(path: tree.absolute(name)))?.kind == .directory
  }

  private func isFile(_ tree: Folder, above name: String) -> Bool {
    guard let slash = name.lastIndex(of: "/") else { return false }
    let parent = String(name[..<slash])
    if isFile(tree, above: parent) { return true }
    return (try? Stat(path: tree.absolute(parent))).map { $0.kind != .directory } ?? false
  }

  /// Syncs along a ring, twice, so that everybody has heard of everything.
  mutating func settle() throws {
    for replica in replicas { try note(replica) }
    for _ in 0..<2 {
      for index in replicas.indices {
        try replicas[index].sync(replicas[(index + 1) % replicas.count].url)
      }
    }
  }
}

@Suite struct FolderConvergenceTests {
  @Test(
    "replicas that synced in any order hold the same folder, and nothing is lost",
    arguments: UInt64(0)..<24)
  func converge(seed: UInt64) throws {
    let directory = try TemporaryDirectory(inMemory: true)
    var mesh = try Mesh(seed: seed, in: directory)
    for _ in 0..<40 { try mesh.act() }
    try mesh.settle()
    let first = mesh.replicas[0]
    let listing = try first.tree.listing()
    for replica in mesh.replicas {
      #expect(try replica.state().heads == first.state().heads, "seed \(seed)")
      #expect(try replica.tree.listing() == listing, "seed \(seed)")
      #expect(try replica.status().isClean, "seed \(seed)")
      #expect(try replica.check(quick: false).isSound, "seed \(seed)")
    }
    // Whatever was in a folder when it was committed is in the store of every replica.
    for replica in mesh.replicas {
      for content in mesh.committed {
        let id = Digest.object(.chunk, Array(content.utf8))
        let isKept = try content.isEmpty || replica.store.contains(id)
        #expect(isKept, "seed \(seed): \(content)")
      }
    }
  }
}
