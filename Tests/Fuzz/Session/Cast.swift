import FsyncCore
import FsyncWire
import TestSupport

/// The repositories that sessions are fuzzed with.
struct Cast {
  /// Those that are attacked: with a history, empty, and with content that was pruned.
  let victims: [MemoryHost]
  /// What they and their peers share.
  let shared: [ObjectID]
  /// Those that honest sessions were recorded with, by victim.
  let peers: [MemoryHost]

  init() throws {
    let (victim, peer) = (MemoryHost("victim"), MemoryHost("peer"))
    var random = SplitMix(seed: 4)
    let large = random.bytes(9000)
    try victim.commit([
      ("list", Array("one\ntwo\nthree\n".utf8)), ("folder/a", [1, 2, 3]), ("folder/b", [4]),
      ("large", large), (".fsyncattributes", Array("*.bin merge=keep-both\n".utf8)),
    ])
    _ = try Recording(peer, victim)
    shared = victim.current
    try peer.commit(
      [("list", Array("ONE\ntwo\nthree\n".utf8)), ("folder/a", nil), ("other/a", [1, 2, 3])],
      renames: [("folder/a", "other/a")])
    try peer.commit([("folder/b", [5]), ("large", large + [1]), ("new/deep/file", [9])])
    try Cast.commitLarge(peer)
    try victim.commit([("list", Array("one\ntwo\nTHREE\n".utf8)), ("folder/b", [6])])
    let empty = MemoryHost("empty", repository: nil)
    let pruned = victim.copy()
    pruned.gaps = Set(shared)
    victims = [victim, empty, pruned]
    peers = [peer, peer, peer]
  }

  /// Commits a large file and a large folder, whose nodes are small all the same.
  private static func commitLarge(_ host: MemoryHost) throws {
    let chunks = [[1, 2, 3], [4, 5]].map { StoredObject(kind: .chunk, bytes: $0) }
    let node = StoredObject(
      kind: .list,
      bytes: ListNode(
        level: 0,
        elements: [
          .init(id: chunks[0].id, length: 3, repeats: 100_000),
          .init(id: chunks[1].id, length: 2),
        ]
      ).encoded)
    let list = StoredObject(
      kind: .list,
      bytes: ListNode(
        level: 1, elements: [.init(id: node.id, length: 300_002, repeats: 2)]
      ).encoded)
    let file = Entry.file(list.id, size: 600_004, mode: 0o644, mtime: .zero)
    let leaves = try [["a", "b"], ["c"]].map { names in
      TreeNode.leaf(try names.map { TreeEntry(try Name(Array($0.utf8)), file) })
    }.map { StoredObject(kind: .tree, bytes: $0.encoded) }
    let folder = StoredObject(
      kind: .tree,
      bytes: TreeNode.inner(
        level: 1,
        [
          .init(first: try Name([0x61]), count: 2, node: leaves[0].id),
          .init(first: try Name([0x63]), count: 1, node: leaves[1].id),
        ]
      ).encoded)
    host.store.store(chunks + [node, list] + leaves + [folder])
    try host.commit(entries: [
      ("listed", file), ("segmented", .directory(folder.id, mode: 0o755)),
    ])
  }

  /// A victim as it was, chosen by a byte.
  func victim(_ choice: UInt8) -> MemoryHost { victims[Int(choice) % victims.count].copy() }

  /// What both had, for a victim that knows it.
  func shared(_ choice: UInt8) -> [ObjectID] { Int(choice) % victims.count == 1 ? [] : shared }

  /// What a victim must be, whatever it was told.
  static func check(_ host: MemoryHost, before: MemoryHost) throws {
    guard host.joins > 0 else {
      guard host.current == before.current else { throw Violation("heads moved without a join") }
      guard host.store.stored.count == before.store.stored.count else {
        throw Violation("stored without a join")
      }
      return
    }
    let check = Connectivity(
      graph: CommitGraph(host.store), holdings: host.store, ours: [],
      gaps: Connectivity.Gaps(own: host.gaps))
    do {
      if let need = try check.missing(under: host.current) {
        throw Violation("joined what is not connected: \(need)")
      }
    } catch let error as WireError { throw Violation("joined what is not sound: \(error)") }
    guard host.current == (try CommitGraph(host.store).maximal(host.current)).sorted() else {
      throw Violation("heads that follow each other")
    }
    // What the folder would be brought to: it may be wanting, and must be found.
    let overlay = ObjectOverlay(over: host.store)
    _ = try? Views.view(of: host.current, graph: CommitGraph(host.store), objects: overlay)
  }
}
