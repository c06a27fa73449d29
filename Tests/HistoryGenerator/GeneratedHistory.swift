package import FsyncCore
package import FsyncRepo
import FsyncStore
import TestSupport

/// A long history that is written straight into a store, many commits a transaction: what years of
/// an automatic commit every minute leave behind.
///
/// Each commit changes one small file of 256 in 16 folders. With several replicas, each goes on from
/// its own last commit and now and then takes in another one's.
package struct GeneratedHistory {
  /// How many commits.
  package var count: Int
  /// How many replicas.
  package var replicas = 1
  /// A commit of several replicas is in so many cases a merge.
  package var mergesOnceIn = 8
  /// What chooses.
  package var seed: UInt64 = 1

  /// Commits of one transaction.
  private static let batch = 20_000
  private static let folders = 16
  private static let files = 16

  /// Plans a history of so many commits.
  package init(count: Int) {
    self.count = count
  }

  /// A replica in the middle of the history.
  private struct Chain {
    let id: ReplicaID
    var tip: ObjectID?
    var sequence: UInt64 = 0
    var root: [TreeEntry] = []
    var folders: [[TreeEntry]] = []
    var tree: ObjectID?
  }

  /// Writes the history, and makes its ends the heads of a repository that has no commit.
  /// - Returns: the heads, in rising order.
  @discardableResult
  package func write(to repository: Repository) throws -> [ObjectID] {
    var random = SplitMix(seed: seed)
    var chains = (0..<replicas).map { Chain(id: History.replica("replica \($0)")) }
    var heads: Set<ObjectID> = []
    var done = 0
    while done < count {
      let ingest = try repository.store.ingest()
      let worker = ingest.worker()
      for number in done..<min(done + GeneratedHistory.batch, count) {
        let index = random.below(chains.count)
        var other: Chain?
        if replicas > 1, random.once(in: mergesOnceIn) { other = chains[random.below(replicas)] }
        // Replicas begin with what the first one has.
        if chains[index].tip == nil { other = chains[0] }
        try commit(number, &chains[index], taking: other, &random, &heads, worker)
      }
      try worker.finish()
      let now = heads.sorted()
      try repository.store.transact(ingest) { (_, transaction) throws(Never) in
        transaction.heads = now
        transaction.command = Array("generate".utf8)
      }
      done += GeneratedHistory.batch
    }
    return heads.sorted()
  }

  private func commit(
    _ number: Int, _ chain: inout Chain, taking other: Chain?, _ random: inout SplitMix,
    _ heads: inout Set<ObjectID>, _ worker: IngestWorker
  ) throws {
    var parents = [chain.tip].compactMap { $0 }
    if let other, let tip = other.tip, tip != chain.tip {
      if chain.tip == nil { (chain.root, chain.folders) = (other.root, other.folders) }
      parents.append(tip)
    }
    let base = parents.count > 1 ? chain.tree.map { Commit.BaseView(tree: $0) } : nil
    let time = Timestamp(seconds: 1_500_000_000 + Int64(number) * 60)
    try edit(number, at: time, &chain, &random, worker)
    chain.sequence += 1
    let commit = Commit(
      tree: chain.tree ?? Digest.sha256([]), parents: parents.sorted(), baseView: base,
      replica: chain.id, replicaName: Array("replica".utf8), sequence: chain.sequence,
      author: Array("somebody".utf8), time: time, message: Array("change \(number)".utf8),
      kind: .automatic)
    let id = try worker.put(.commit, commit.encoded)
    for parent in parents { heads.remove(parent) }
    heads.insert(id)
    chain.tip = id
  }

  /// Changes one file, and makes the trees above it.
  private func edit(
    _ number: Int, at time: Timestamp, _ chain: inout Chain, _ random: inout SplitMix,
    _ worker: IngestWorker
  ) throws {
    if chain.folders.isEmpty {
      for folder in 0..<GeneratedHistory.folders {
        var entries: [TreeEntry] = []
        for file in 0..<GeneratedHistory.files {
          entries.append(try self.file(file, "first", time, worker))
        }
        chain.folders.append(entries)
        chain.root.append(try self.folder(folder, entries, worker))
      }
    }
    let folder = random.below(GeneratedHistory.folders)
    let file = random.below(GeneratedHistory.files)
    chain.folders[folder][file] = try self.file(file, "version \(number)", time, worker)
    chain.root[folder] = try self.folder(folder, chain.folders[folder], worker)
    chain.tree = try tree(chain.root, worker)
  }

  private func name(_ word: String, _ number: Int) throws -> Name {
    try Name(Array("\(word)-\(number < 10 ? "0" : "")\(number)".utf8))
  }

  private func file(
    _ number: Int, _ text: String, _ time: Timestamp, _ worker: IngestWorker
  ) throws -> TreeEntry {
    let bytes = Array("\(text) of file \(number)\n".utf8)
    let content = try worker.put(.chunk, bytes)
    return TreeEntry(
      try name("file", number),
      .file(content, size: UInt64(bytes.count), mode: 0o644, mtime: time))
  }

  private func folder(
    _ number: Int, _ entries: [TreeEntry], _ worker: IngestWorker
  ) throws -> TreeEntry {
    TreeEntry(
      try name("folder", number), .directory(try tree(entries, worker), mode: 0o755))
  }

  private func tree(_ entries: [TreeEntry], _ worker: IngestWorker) throws -> ObjectID {
    // Few entries are one node.
    try worker.put(.tree, TreeNode.leaf(entries).encoded)
  }
}
