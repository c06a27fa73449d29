internal import FsyncCore
internal import FsyncSystem

/// One thread's part of reading untracked folders.
struct UntrackedWorker<Sink: ContentSink> {
  private let all: UntrackedFolders<Sink>
  private let sink: Sink
  private let reader: FileReader
  private var scan: FolderScan
  private var arena = IndexArena()
  private var found = UntrackedContent()
  private var files = 0
  private var bytes: UInt64 = 0

  /// How many files are one step: enough that threads seldom meet, few enough that a large folder
  /// keeps all of them busy.
  private static var batch: Int { 32 }

  init(_ all: UntrackedFolders<Sink>, _ sink: Sink) throws(SystemError) {
    self.all = all
    self.sink = sink
    reader = try FileReader(all.pass.root.directory, stamps: all.pass.options.stamps)
    scan = FolderScan(pass: all.pass)
  }

  /// Hands over what was found.
  mutating func takeFound() -> UntrackedContent {
    defer { found = UntrackedContent() }
    found.mounts = scan.findings.mounts
    return found
  }

  /// Hands over the files and bytes read since this was last asked.
  mutating func takeCounts() -> (files: Int, bytes: UInt64) {
    defer { (files, bytes) = (0, 0) }
    return (files, bytes)
  }

  /// Takes one step.
  mutating func run(_ step: UntrackedFolders<Sink>.Step) throws(Sink.Failure) {
    switch step {
    case .folder(let folder): try enter(folder)
    case .files(let folder, let entries): try read(entries, of: folder)
    case .shared(let work): work.perform(sink)
    }
  }

  /// Looks into a folder, leaves to all threads what is in it, and reads its first files.
  private mutating func enter(_ folder: FolderReading) throws(Sink.Failure) {
    look(folder.task)
    let folders = scan.takeChildren()
    guard let record = scan.takeRecord() else { return try end(folder, [], hasUnrecorded: true) }
    found.problems += record.problems
    var files: [ScannedEntry] = []
    var hasUnrecorded = false
    for entry in record.entries {
      switch entry.state {
      case .candidate: files.append(entry)
      case .obstructed: hasUnrecorded = true
      case .directory, .absent: break
      }
    }
    let batches = stride(from: 0, to: files.count, by: UntrackedWorker.batch).map {
      files[$0..<min($0 + UntrackedWorker.batch, files.count)]
    }
    folder.begin(record, parts: folders.count + max(batches.count, 1))
    // The newest is taken first: the files, and then the folders in their order.
    steps(folders.reversed().map { .folder(FolderReading($0, in: folder)) })
    steps(batches.dropFirst().reversed().map { .files(folder, $0) })
    try read(batches.first ?? [], of: folder, hasUnrecorded: hasUnrecorded)
  }

  /// Looks into a folder; where that is watched, when every change from then on shows.
  private mutating func look(_ task: ScanTask) {
    let mounts = scan.findings.mounts.count
    var moment = Clock.stamps()
    scan.process(task)
    guard all.isWatched, let first = scan.findings.directories.last, first.obstacle == nil,
      var stat = first.stat
    else { return }
    let stamps = all.pass.options.stamps
    if stamps.isFresh(stat.ctime, at: moment) {
      StampRule.wait(until: stat.ctime.adding(nanoseconds: stamps.tick(after: stat.ctime)))
      _ = (scan.takeChildren(), scan.takeRecord())
      scan.findings.mounts.removeLast(scan.findings.mounts.count - mounts)
      moment = Clock.stamps()
      scan.process(task)
      guard let again = scan.findings.directories.last?.stat else { return }
      stat = again
    }
    found.looks.append(
      FolderLook(path: task.path, stat: stat, isSafe: !stamps.isFresh(stat.ctime, at: moment)))
  }

  private func steps(_ more: [UntrackedFolders<Sink>.Step]) {
    if !more.isEmpty { all.steps.add(more) }
  }

  private mutating func read(
    _ entries: ArraySlice<ScannedEntry>, of folder: FolderReading, hasUnrecorded: Bool = false
  ) throws(Sink.Failure) {
    var hasUnrecorded = hasUnrecorded
    var rows: [RowDraft] = []
    rows.reserveCapacity(entries.count)
    for entry in entries {
      guard case .candidate(let stat) = entry.state else { continue }
      let path = folder.task.path.appending(entry.name)
      switch try reader.content(of: path, stat.kind, into: sink, helpers: all.helpers) {
      case .success(let content):
        rows.append(
          RowDraft(
            name: entry.name, entry: all.rules.entry(content, over: nil), stat: .new(content.stat)))
        bytes += content.size
      case .failure(let obstacle):
        hasUnrecorded = true
        found.problems.append(
          Scan.Problem(path: path.bytes, obstacle: obstacle, isTracked: false))
      }
    }
    files += entries.count
    try end(folder, rows, hasUnrecorded: hasUnrecorded)
  }

  /// Ends a part of a folder, and the folders that are complete by it.
  private mutating func end(
    _ folder: FolderReading, _ rows: [RowDraft], hasUnrecorded: Bool
  ) throws(Sink.Failure) {
    var isComplete = folder.end(rows, hasUnrecorded: hasUnrecorded)
    var folder = folder
    while isComplete {
      let built = try folder.finish(all.rules, &arena, sink)
      guard let parent = folder.parent, let name = folder.task.path.name else {
        if let built { found.folders[folder.task.path] = built }
        return
      }
      isComplete = parent.end(built.map { [$0.row(name)] } ?? [], hasUnrecorded: built == nil)
      folder = parent
    }
  }
}
