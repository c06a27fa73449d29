import FsyncCore
import FsyncSystem
import FsyncTree
import Synchronization
import TestSupport

/// A reader that has nothing.
struct EmptyReader: ObjectReader, Sendable {
  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? { nil }
}

/// Puts what files hold into memory.
private struct OverlaySink: ContentSink {
  let objects: ObjectOverlay

  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Never) -> ObjectID {
    objects.put(kind, Array(bytes))
  }

  func needs(_ id: ObjectID) throws(Never) -> Bool { true }

  func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(Never) { _ = objects.put(.chunk, Array(chunk)) }
}

/// Keeps all objects in memory, for one thread.
final class CollectingSink: ContentSink {
  private(set) var objects: [StoredObject] = []

  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Never) -> ObjectID {
    objects.append(StoredObject(kind: kind, bytes: Array(bytes)))
    return Digest.object(kind, bytes)
  }

  func needs(_ id: ObjectID) throws(Never) -> Bool { true }

  func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(Never) { objects.append(StoredObject(kind: .chunk, bytes: Array(chunk))) }
}

/// A folder, the objects of its trees, and its index: what a repository is made of, in a test.
final class Replica {
  let root: Directory
  let objects = ObjectOverlay(over: EmptyReader())
  var options = ScanOptions()
  var index = Index.empty()
  var kept: [Path] = []
  /// Paths that are treated as unreadable.
  var unread: Set<Path> = []
  /// What could not be recorded of untracked folders that were left by the last scan.
  private(set) var problems: [Scan.Problem] = []

  init(_ path: String) throws {
    root = try Directory(Array(path.utf8))
    _ = objects.put(.tree, TreeNode.leaf([]).encoded)
  }

  func scan() throws -> Scan { try Scanner.scan(root, index, options) }

  /// Scans, reads what must be read, and makes the tree; does not take it over.
  func snapshot(_ scan: Scan? = nil) throws -> Snapshot {
    let found = try scan ?? Scanner.settle(try self.scan(), root, index, options)
    let reader = try FileReader(root, stamps: options.stamps)
    var contents: [Path: FoundContent] = [:]
    var candidates = 0
    found.forEachCandidate { path, stat, _ in
      candidates += 1
      if unread.contains(path) { return }
      let result = reader.content(of: path, stat.kind, into: OverlaySink(objects: objects))
      if case .success(let content) = result { contents[path] = content }
    }
    let untracked = try readUntracked(found)
    problems = untracked.problems
    let confirmed = try Scanner.confirm(
      found, root, index, options, untracked: untracked,
      isComplete: contents.count == candidates)
    return try Snapshot.assemble(
      index, confirmed, keeping: PathSet(kept), contents: { contents[$0] },
      folders: untracked.folders, put: { objects.put($0, $1) })
  }

  /// Reads the untracked folders that a scan left, on as many threads as it had.
  func readUntracked(_ scan: Scan) throws -> UntrackedContent {
    let folders = try UntrackedFolders<CollectingSink>(scan, root, options)
    let made = Mutex<[StoredObject]>([])
    try Workers.run(options.threads) { _ in
      let sink = CollectingSink()
      folders.work(sink) { _, _ in true }
      made.withLock { $0 += sink.objects }
    }
    for object in made.withLock({ $0 }) { objects.put(object.kind, object.bytes) }
    return try folders.result()
  }

  /// Scans and takes over the new tree.
  @discardableResult
  func commit() throws -> ObjectID {
    index = try snapshot().index
    return index.tree
  }

  /// All paths of the index's tree with their entries.
  func entries() throws -> [String: Entry] {
    var result: [String: Entry] = [:]
    try collect(index.tree, .root, into: &result)
    return result
  }

  private func collect(
    _ tree: ObjectID, _ path: Path, into result: inout [String: Entry]
  ) throws {
    for element in try objects.entries(ofTree: tree) {
      let place = path.appending(element.name)
      result[place.description] = element.entry
      if element.entry.kind == .directory {
        try collect(element.entry.content, place, into: &result)
      }
    }
  }

  var paths: [String] {
    get throws { try entries().keys.sorted() }
  }
}
