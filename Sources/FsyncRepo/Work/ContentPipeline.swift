internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree
internal import Synchronization

/// A file or symlink that must be read to know what it holds.
struct Candidate: Sendable {
  let path: Path
  let kind: FileKind
  let size: UInt64
  /// What the base has there, and so what the content is likely to resemble.
  let previous: Entry?
}

/// What reading the candidates came to.
struct PipelineResult: Sendable {
  /// What each path was found to hold.
  var contents: [Path: FoundContent] = [:]
  /// Why others could not be read.
  var obstacles: [(path: Path, obstacle: Obstacle)] = []
  /// Bytes read.
  var bytes: UInt64 = 0
}

/// Reads candidates on all processors, and hands their objects to an ingest.
///
/// Workers take candidates from a shared cursor in the order of the tree, a few at a time, so a
/// folder's small files mostly share a frame. Whoever finds no more helps with the large files of
/// those who have. Memory is bounded by each worker's buffers.
enum ContentPipeline {
  /// How many candidates a worker takes at once.
  private static let batch = 16

  /// What those who still read leave to those who have nothing left to read.
  private typealias Shared = WorkStack<SharedWork<PipelineSink, StoreError>>

  /// Runs the pipeline.
  /// - Parameters:
  ///   - ingest: where objects go; nil to find ids only.
  static func run(
    _ candidates: [Candidate], below root: borrowing Directory, into ingest: Ingest?,
    threads: Int, progress: Progress, stop: @escaping @Sendable () -> Bool
  ) throws(RepositoryError) -> PipelineResult {
    let cursor = Atomic<Int>(0)
    let collected = Mutex<(result: PipelineResult, failure: RepositoryError?)>(
      (PipelineResult(), nil))
    let folder: OpenFolder
    do { folder = OpenFolder(try root.reopened()) } catch { throw .system(error, path: []) }
    let hasLarge = candidates.contains { $0.size >= FileReader.largeFile }
    let count = max(1, hasLarge ? threads : min(threads, candidates.count))
    let shared = Shared([])
    do throws(SystemError) {
      try Workers.run(count) { _ in
        var own = PipelineResult()
        let failure = work(
          candidates, cursor, folder, shared, ingest, progress, stop, &own)
        collected.withLock { shared in
          shared.result.contents.merge(own.contents) { old, _ in old }
          shared.result.obstacles += own.obstacles
          shared.result.bytes += own.bytes
          if shared.failure == nil { shared.failure = failure }
        }
      }
    } catch { throw .system(error, path: []) }
    let (result, failure) = collected.withLock { $0 }
    if let failure { throw failure }
    return result
  }

  /// One worker; returns what ended it early.
  private static func work(
    _ candidates: [Candidate], _ cursor: borrowing Atomic<Int>, _ root: OpenFolder,
    _ shared: Shared, _ ingest: Ingest?, _ progress: Progress,
    _ stop: @escaping @Sendable () -> Bool, _ result: inout PipelineResult
  ) -> RepositoryError? {
    let sink = PipelineSink(writer: ingest?.worker(), stop: stop)
    var failure: RepositoryError?
    // Before anything is taken: whoever finds nothing more can be sure that who has is counted.
    shared.begin()
    do throws(RepositoryError) {
      let reader: FileReader
      do throws(SystemError) { reader = try FileReader(root.directory) } catch {
        throw .system(error, path: [])
      }
      while true {
        let start = cursor.add(batch, ordering: .relaxed).oldValue
        guard start < candidates.count else { break }
        if stop() { throw .interrupted }
        for candidate in candidates[start..<min(start + batch, candidates.count)] {
          switch try read(candidate, reader, sink, shared) {
          case .success(let content):
            result.contents[candidate.path] = content
            result.bytes += content.size
          case .failure(let obstacle): result.obstacles.append((candidate.path, obstacle))
          }
        }
        progress.report(
          .reading, min(start + batch, candidates.count), candidates.count, result.bytes)
      }
    } catch {
      // The others need not go on.
      cursor.store(candidates.count, ordering: .relaxed)
      failure = error
    }
    shared.finish(adding: [])
    while let work = shared.take() {
      work.perform(sink)
      shared.finish(adding: [])
    }
    if let failure { return failure }
    do throws(StoreError) { try sink.writer?.finish() } catch { return RepositoryError(error) }
    return nil
  }

  private static func read(
    _ candidate: Candidate, _ reader: FileReader, _ sink: PipelineSink, _ shared: Shared
  ) throws(RepositoryError) -> Result<FoundContent, Obstacle> {
    let previous = candidate.previous.flatMap { $0.kind == .file ? $0 : nil }
    do throws(StoreError) {
      return try reader.content(
        of: candidate.path, candidate.kind, into: sink,
        earlier: previous.flatMap { sink.writer?.earlier($0) },
        helpers: Helpers(waitingFor: shared))
    } catch { throw RepositoryError(error) }
  }
}

/// Where a worker of the pipeline puts objects.
struct PipelineSink: ContentSink {
  /// The worker's part of the ingest; nil to find ids only.
  let writer: IngestWorker?
  /// Says whether the work is to be given up, even inside a large file.
  let stop: @Sendable () -> Bool

  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(StoreError) -> ObjectID {
    if stop() { throw .interrupted }
    guard let writer else { return Digest.object(kind, bytes) }
    return try writer.put(kind, bytes)
  }

  func needs(_ id: ObjectID) throws(StoreError) -> Bool {
    if stop() { throw .interrupted }
    return writer?.needs(id) ?? false
  }

  func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(StoreError) {
    if stop() { throw .interrupted }
    try writer?.put(id, chunk, like: earlier)
  }
}

extension Scan {
  /// The files and symlinks that must be read, in the order of the tree.
  func candidates(_ index: Index) throws(TreeError) -> [Candidate] {
    var result: [Candidate] = []
    try forEachCandidate { path, stat, row throws(TreeError) in
      result.append(
        Candidate(
          path: path, kind: stat.kind, size: stat.size,
          previous: try row.map { row throws(TreeError) in try index.entry(row) }))
    }
    return result
  }
}
