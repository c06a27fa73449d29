package import FsyncCore
package import FsyncStore
internal import FsyncSystem
internal import FsyncTree
internal import Synchronization

extension IngestWorker: ObjectSink {
  package func put(_ kind: ObjectKind, _ bytes: [UInt8]) throws(StoreError) -> ObjectID {
    try put(kind, bytes, like: nil)
  }
}

/// Finds ids of content only, and keeps trees: for who asks what a commit would be.
final class TreeSink: ObjectSink {
  private(set) var objects: [StoredObject] = []

  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Never) -> ObjectID {
    Digest.object(kind, bytes)
  }

  func put(_ kind: ObjectKind, _ bytes: [UInt8]) throws(Never) -> ObjectID {
    let object = StoredObject(kind: kind, bytes: bytes)
    if kind == .tree { objects.append(object) }
    return object.id
  }
}

extension Repository {
  /// Reads the untracked folders that a scan left.
  /// - Parameters:
  ///   - ingest: where objects go; nil to find ids only.
  ///   - overlay: where trees go without an ingest.
  func readUntracked(
    _ tree: borrowing WorkingTree, into ingest: Ingest?, _ overlay: ObjectOverlay
  ) throws(RepositoryError) -> UntrackedFolders.Found {
    guard tree.scan.hasLeft else { return UntrackedFolders.Found() }
    let folders = try UntrackedFolders.of(tree, place.root ?? [])
    let failure = Mutex<RepositoryError?>(nil)
    let objects = Mutex<[StoredObject]>([])
    let (progress, stop) = (progress, stop)
    let isStopped = Atomic(false)
    try calling([]) { () throws(SystemError) in
      try Workers.run(configuration.threads ?? Workers.processors) { _ in
        let proceed = { (files: Int, bytes: UInt64) in
          progress.report(.reading, files, nil, bytes)
          if stop() { isStopped.store(true, ordering: .relaxed) }
          return !isStopped.load(ordering: .relaxed)
        }
        if let ingest {
          do throws(StoreError) {
            let worker = ingest.worker()
            try folders.work(worker, proceed: proceed)
            try worker.finish()
          } catch { failure.withLock { $0 = $0 ?? RepositoryError(error) } }
        } else {
          let sink = TreeSink()
          folders.work(sink, proceed: proceed)
          objects.withLock { $0 += sink.objects }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    if isStopped.load(ordering: .relaxed) { throw .interrupted }
    for object in objects.withLock({ $0 }) { overlay.put(object.kind, object.bytes) }
    return folders.result
  }

  /// Says whether long work is to end: a signal, or the time that it may take.
  var stop: @Sendable () -> Bool {
    let deadline = deadline
    return { Interruption.isRequested || deadline.map { Clock.monotonic() > $0 } ?? false }
  }
}

extension UntrackedFolders {
  /// Makes ready to read what the scan of a working tree left.
  static func of(
    _ tree: borrowing WorkingTree, _ root: [UInt8]
  ) throws(RepositoryError) -> UntrackedFolders {
    do throws(TreeError) {
      return try UntrackedFolders(tree.scan, tree.root, tree.options)
    } catch { throw RepositoryError(error, path: root) }
  }
}
