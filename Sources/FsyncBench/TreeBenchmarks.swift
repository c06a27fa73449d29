import FsyncCore
import TestSupport

/// Tree objects: their codec, and merges that change little.
enum TreeBenchmarks {
  static func all() throws -> [Benchmark] {
    let node = TreeNode.leaf(files(1000, seed: 3))
    let encoded = node.encoded
    let history = History()
    let folders = (0..<1000).map { folder in
      TreeEntry(
        name("folder-\(folder)"),
        .directory(
          TreeNode.build(files(100, seed: UInt64(folder))) { history.objects.put($0, $1) },
          mode: 0o755))
    }
    func root(editing folder: Int) -> ObjectID {
      var changed = folders.sorted { $0.name < $1.name }
      changed[folder].entry.content =
        TreeNode.build(files(100, seed: 1 << 32 + UInt64(folder))) { history.objects.put($0, $1) }
      return TreeNode.build(changed) { history.objects.put($0, $1) }
    }
    let base = try history.commit(
      root: TreeNode.build(folders.sorted { $0.name < $1.name }) { history.objects.put($0, $1) },
      by: "a", on: [])
    let left = try history.commit(root: root(editing: 10), by: "a", on: [base])
    let right = try history.commit(root: root(editing: 900), by: "b", on: [base])
    return [
      Benchmark("tree encode", 1000, " entries") { node.encoded.count },
      Benchmark("tree decode", 1000, " entries") {
        guard case .leaf(let entries) = try TreeNode(decoding: encoded) else { return 0 }
        return entries.count
      },
      Benchmark("merge, 100,000 files, one folder changed on each side", 100_000, " files") {
        let overlay = ObjectOverlay(over: history.objects)
        let view = try Views.view(
          of: [left, right], graph: CommitGraph(overlay), objects: overlay)
        return Int(view.tree.bytes[0])
      },
    ]
  }

  private static func files(_ count: Int, seed: UInt64) -> [TreeEntry] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { number in
      TreeEntry(
        name("file-\(number).txt"),
        .file(
          Digest.sha256(random.bytes(8)), size: UInt64(random.below(1 << 16)), mode: 0o644,
          mtime: Timestamp(seconds: Int64(1_700_000_000 + random.below(1 << 20)))))
    }.sorted { $0.name < $1.name }
  }

  private static func name(_ text: String) -> Name {
    do { return try Name(Array(text.utf8)) } catch { preconditionFailure("\(text) is a name") }
  }
}
