package import FsyncCore
package import FsyncSystem
internal import Synchronization

/// Reads the untracked folders that a scan left, on several threads, and builds their trees from
/// the bottom up.
///
/// A file is recorded as it is read, and a folder built as soon as all in it has been: memory
/// holds the folders on the way to those that are being read, and 110 bytes for each file that has
/// been. Nothing here is in the base tree, so nothing here can be a deletion.
package final class UntrackedFolders<Sink: ContentSink>: Sendable {
  let pass: ScanPass
  let rules: SnapshotRules
  /// Whether it is to be known afterwards if a folder has changed behind the look into it.
  let isWatched: Bool
  let steps: WorkStack<Step>
  private let found = Mutex(UntrackedContent())
  private let ended = Atomic(false)
  private let failure = Mutex<SystemError?>(nil)
  private let files = Atomic<Int>(0)
  private let read = Atomic<UInt64>(0)

  /// What there is to do.
  enum Step: Sendable {
    /// To look into a folder, and read its first files.
    case folder(FolderReading)
    /// To read some files of a folder.
    case files(FolderReading, ArraySlice<ScannedEntry>)
    /// To take a part of a large file.
    case shared(SharedWork<Sink, Sink.Failure>)
  }

  /// Makes ready to read what a scan left.
  package init(
    _ scan: Scan, _ root: borrowing Directory, _ options: ScanOptions
  ) throws(TreeError) {
    var options = options
    options.untracked = .entered
    isWatched = scan.hasAbsences
    pass = try ScanPass(root, .empty(), options, after: nil)
    rules = SnapshotRules(
      stamps: options.stamps, started: pass.started, hasModes: options.hasModes)
    steps = WorkStack(scan.left.reversed().map { .folder(FolderReading($0, in: nil)) })
  }

  /// Reads on one thread until nothing is left; call it on each.
  /// - Parameter proceed: called with the files and bytes read so far by all threads, now and
  ///   then; false ends the work of all.
  /// - Throws: what the sink throws. Where the thread cannot begin, the work of all is ended, and
  ///   `result` says why: what one thread took and left would be a folder that nobody finishes.
  package func work(
    _ sink: Sink, proceed: (Int, UInt64) -> Bool
  ) throws(Sink.Failure) {
    var worker: UntrackedWorker<Sink>
    do throws(SystemError) {
      worker = try UntrackedWorker(self, sink)
    } catch {
      failure.withLock { $0 = $0 ?? error }
      ended.store(true, ordering: .relaxed)
      return
    }
    while let step = steps.take() {
      // A step that failed ends the work of all: they take what is left, and leave it.
      var failure: Sink.Failure?
      if !ended.load(ordering: .relaxed) {
        do throws(Sink.Failure) { try worker.run(step) } catch { failure = error }
        let (files, bytes) = count(&worker)
        if failure != nil || !proceed(files, bytes) { ended.store(true, ordering: .relaxed) }
      }
      steps.finish(adding: [])
      if let failure { throw failure }
    }
    let more = worker.takeFound()
    found.withLock { $0.add(more) }
  }

  /// The threads that have nothing to do meanwhile, for large files.
  var helpers: Helpers<Sink, Sink.Failure> {
    let steps = steps
    return Helpers(areWaiting: { steps.isAwaited }, offer: { steps.add(.shared($0)) })
  }

  private func count(_ worker: inout UntrackedWorker<Sink>) -> (Int, UInt64) {
    let (files, bytes) = worker.takeCounts()
    return (
      self.files.wrappingAdd(files, ordering: .relaxed).newValue,
      read.wrappingAdd(bytes, ordering: .relaxed).newValue
    )
  }

  /// Whether the work was ended before all was read.
  package var isEnded: Bool { ended.load(ordering: .relaxed) }

  /// What all threads have found, once they have ended.
  /// - Throws: why a thread could not begin.
  package func result() throws(SystemError) -> UntrackedContent {
    if let failure = failure.withLock({ $0 }) { throw failure }
    var result = found.withLock { $0 }
    result.bytes = read.load(ordering: .relaxed)
    return result
  }
}

/// What was found in untracked folders.
package struct UntrackedContent: Sendable {
  /// The folders that the scan left, as far as there was anything to record.
  package internal(set) var folders: [Path: UntrackedFolder] = [:]
  /// Everything that could not be recorded.
  package internal(set) var problems: [Scan.Problem] = []
  /// Folders where other file systems were entered.
  package internal(set) var mounts: [Path] = []
  /// Bytes of content read.
  package internal(set) var bytes: UInt64 = 0
  /// All folders that were looked into, where that was watched.
  var looks: [FolderLook] = []

  /// Makes a finding of nothing.
  package init() {}

  mutating func add(_ other: UntrackedContent) {
    folders.merge(other.folders) { old, _ in old }
    problems += other.problems
    mounts += other.mounts
    looks += other.looks
    bytes += other.bytes
  }
}
