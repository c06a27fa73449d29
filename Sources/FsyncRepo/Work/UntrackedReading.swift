internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree
internal import Synchronization

extension Repository {
  /// Reads the untracked folders that a scan left.
  /// - Parameters:
  ///   - ingest: where objects go; nil to find ids only.
  ///   - overlay: where trees go without an ingest.
  func readUntracked(
    _ tree: borrowing WorkingTree, into ingest: Ingest?, _ overlay: ObjectOverlay
  ) throws(RepositoryError) -> UntrackedContent {
    guard tree.scan.hasLeft else { return UntrackedContent() }
    let found: UntrackedContent
    if let ingest {
      let stop = stop
      found = try readUntracked(tree) {
        PipelineSink(writer: ingest.worker(), stop: stop)
      } finish: { sink throws(StoreError) in
        try sink.writer?.finish()
      }
    } else {
      let objects = Mutex<[StoredObject]>([])
      let stop = stop
      found = try readUntracked(tree) {
        TreeSink(stop: stop)
      } finish: { sink throws(StoreError) in
        objects.withLock { $0 += sink.trees }
      }
      for object in objects.withLock({ $0 }) { overlay.put(object.kind, object.bytes) }
    }
    return found
  }

  private func readUntracked<Sink: ContentSink>(
    _ tree: borrowing WorkingTree, sink: @escaping @Sendable () -> Sink,
    finish: @escaping @Sendable (Sink) throws(StoreError) -> Void
  ) throws(RepositoryError) -> UntrackedContent where Sink.Failure == StoreError {
    let folders: UntrackedFolders<Sink>
    do throws(TreeError) {
      folders = try UntrackedFolders(tree.scan, tree.root, tree.options)
    } catch { throw RepositoryError(error, path: place.root ?? []) }
    let failure = Mutex<StoreError?>(nil)
    let (progress, stop) = (progress, stop)
    do throws(SystemError) {
      try Workers.run(configuration.threads ?? Workers.processors) { _ in
        do throws(StoreError) {
          let own = sink()
          try folders.work(own) { files, bytes in
            progress.report(.reading, files, nil, bytes)
            return !stop()
          }
          try finish(own)
        } catch { failure.withLock { $0 = $0 ?? error } }
      }
    } catch { throw .system(error, path: []) }
    if let failure = failure.withLock({ $0 }) { throw RepositoryError(failure) }
    let found: UntrackedContent
    do throws(SystemError) { found = try folders.result() } catch {
      throw .system(error, path: place.root ?? [])
    }
    if folders.isEnded { throw .interrupted }
    return found
  }

  /// Says whether long work is to end: a signal, or the time that it may take.
  var stop: @Sendable () -> Bool {
    let deadline = deadline
    return { Interruption.isRequested || deadline.map { Clock.monotonic() > $0 } ?? false }
  }
}

/// Finds ids of content only, and keeps trees: for who asks what a commit would be.
private final class TreeSink: ContentSink {
  private let stop: @Sendable () -> Bool
  private(set) var trees: [StoredObject] = []

  init(stop: @escaping @Sendable () -> Bool) {
    self.stop = stop
  }

  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(StoreError) -> ObjectID {
    if stop() { throw .interrupted }
    if kind == .tree { trees.append(StoredObject(kind: kind, bytes: Array(bytes))) }
    return Digest.object(kind, bytes)
  }

  func needs(_ id: ObjectID) throws(StoreError) -> Bool {
    if stop() { throw .interrupted }
    return false
  }

  func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(StoreError) {}
}
