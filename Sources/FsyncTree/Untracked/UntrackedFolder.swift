package import FsyncCore
internal import FsyncSystem
internal import Synchronization

/// What was read of an untracked folder: its tree, and its part of the index to come.
package struct UntrackedFolder: Sendable {
  let draft: DirectoryDraft
  let mode: UInt16

  /// The folder's tree object.
  package var tree: ObjectID { draft.tree }

  /// The row that the folder is in the one that holds it.
  func row(_ name: Name) -> RowDraft {
    RowDraft(name: name, entry: .directory(draft.tree, mode: mode), child: draft)
  }
}

/// An untracked folder that is being read.
///
/// Its files are read in parts, by any thread, and each folder in it is a part, too. Whoever ends
/// the last part goes on with the folder that holds it.
final class FolderReading: Sendable {
  let task: ScanTask
  /// The folder that holds it; nil where that is not one that is being read.
  let parent: FolderReading?
  private let state = Mutex(State())

  private struct State {
    var record: ScannedDirectory?
    var rows = FolderRows()
    /// Parts that have not ended.
    var pending = 1
  }

  init(_ task: ScanTask, in parent: FolderReading?) {
    self.task = task
    self.parent = parent
  }

  /// Notes what the folder itself is like, and in how many parts it is read.
  func begin(_ record: ScannedDirectory, parts: Int) {
    state.withLock {
      $0.record = record
      $0.record?.entries = []
      $0.pending = parts
    }
  }

  /// Ends a part.
  /// - Returns: whether it was the last.
  func end(_ rows: [RowDraft], hasUnrecorded: Bool) -> Bool {
    state.withLock {
      $0.rows.rows += rows
      $0.rows.hasUnrecorded = $0.rows.hasUnrecorded || hasUnrecorded
      $0.pending -= 1
      return $0.pending == 0
    }
  }

  /// Builds the folder once all its parts have ended; nil where there is nothing to record.
  func finish<Sink: ContentSink>(
    _ rules: SnapshotRules, _ arena: inout IndexArena, _ sink: Sink
  ) throws(Sink.Failure) -> UntrackedFolder? {
    var (record, rows) = state.withLock { state in
      defer { state = State() }
      return (state.record, state.rows)
    }
    guard let record, record.obstacle == nil, let stat = record.stat else { return nil }
    guard record.isEmpty || !rows.rows.isEmpty else { return nil }
    rows.rows.sort { $0.name < $1.name }
    var directory = IndexDirectory()
    rules.note(record, rows, in: &directory)
    let tree = try rows.tree { kind, bytes throws(Sink.Failure) in try sink.put(kind, bytes) }
    return UntrackedFolder(
      draft: arena.keep(directory, tree, rows.rows), mode: rules.mode(ofNew: stat))
  }
}
