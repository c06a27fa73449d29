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
/// folder's small files mostly share a frame. Memory is bounded by each worker's buffers.
enum ContentPipeline {
  /// How many candidates a worker takes at once.
  private static let batch = 16

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
    let shared: OpenFolder
    do { shared = OpenFolder(try root.reopened()) } catch { throw .system(error, path: []) }
    let count = max(1, min(threads, candidates.count))
    do throws(SystemError) {
      try Workers.run(count) { _ in
        var own = PipelineResult()
        let failure = work(
          candidates, cursor, shared, ingest, progress, stop, &own)
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
    _ ingest: Ingest?,
    _ progress: Progress, _ stop: () -> Bool, _ result: inout PipelineResult
  ) -> RepositoryError? {
    do throws(RepositoryError) {
      let reader: FileReader
      do throws(SystemError) { reader = try FileReader(root.directory) } catch {
        throw .system(error, path: [])
      }
      let writer = ingest?.worker()
      while true {
        let start = cursor.add(batch, ordering: .relaxed).oldValue
        guard start < candidates.count else { break }
        if stop() { throw .interrupted }
        for candidate in candidates[start..<min(start + batch, candidates.count)] {
          let found: Result<FoundContent, Obstacle>
          if let writer {
            do throws(StoreError) {
              found = try read(candidate, reader, writer)
            } catch { throw RepositoryError(error) }
          } else {
            found = reader.identify(candidate.path, candidate.kind)
          }
          switch found {
          case .success(let content):
            result.contents[candidate.path] = content
            result.bytes += content.size
          case .failure(let obstacle): result.obstacles.append((candidate.path, obstacle))
          }
        }
        progress.report(
          .reading, min(start + batch, candidates.count), candidates.count, result.bytes)
      }
      do throws(StoreError) { try writer?.finish() } catch { throw RepositoryError(error) }
      return nil
    } catch {
      // The others need not go on.
      cursor.store(candidates.count, ordering: .relaxed)
      return error
    }
  }

  private static func read(
    _ candidate: Candidate, _ reader: FileReader, _ writer: IngestWorker
  ) throws(StoreError) -> Result<FoundContent, Obstacle> {
    guard let previous = candidate.previous, previous.kind == .file else {
      return try reader.content(of: candidate.path, candidate.kind) {
        kind, bytes throws(StoreError) in
        try writer.put(kind, bytes)
      }
    }
    var earlier = writer.earlier(previous)
    return try reader.content(of: candidate.path, candidate.kind) {
      kind, bytes throws(StoreError) in
      if kind == .chunk { return try writer.put(bytes, after: &earlier) }
      return try writer.put(kind, bytes)
    }
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
