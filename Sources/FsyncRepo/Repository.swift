import FsyncCore
package import FsyncStore
package import FsyncSystem

/// A repository that is open: the one place where store and working tree meet.
///
/// Not safe to share between threads; open it once a thread, as another process would.
package final class Repository {
  /// Where it is.
  package let place: RepositoryPlace
  /// The objects, heads and operations.
  package let store: Store
  /// Which replica this is.
  package internal(set) var replica: Replica
  /// What people configured.
  package let configuration: Configuration
  /// Told how far long work is.
  package var progress = Progress.none
  /// The time of day; tests set it.
  package var now: () -> FileTime = Clock.now
  /// When to give up, by the monotonic clock; nil for never.
  package var deadline: Double?
  /// How many bytes a second may move in each direction of a sync, over what is configured; 0 for no
  /// limit, nil for what is configured.
  package var rateLimit: UInt64?
  /// The cache of the commit graph, where it has been opened.
  var knownGraph: GraphChain?

  /// The absolute path of the working tree; nil where the repository is bare.
  package var root: [UInt8]? { place.root }
  /// The absolute path of the repository's own folder.
  package var folder: [UInt8] { place.folder }
  /// Says whether there is no working tree.
  package var isBare: Bool { place.root == nil }

  init(
    place: RepositoryPlace, store: Store, replica: Replica, configuration: Configuration
  ) {
    self.place = place
    self.store = store
    self.replica = replica
    self.configuration = configuration
  }

  /// Opens the repository at or above a directory.
  package static func open(
    at path: [UInt8], sharing cache: SharedCache? = nil
  ) throws(RepositoryError) -> Repository {
    guard let place = try RepositoryPlace.find(from: path) else { throw .notARepository(path) }
    let replicaPath = RepositoryPlace.join(place.folder, Replica.fileName)
    let bytes = try calling(replicaPath) { () throws(SystemError) in
      try File(replicaPath, .read).readAll(atMost: 64 << 10)
    }
    var replica: Replica
    do { replica = try Replica(decoding: bytes) } catch { throw .damaged("replica") }
    let store: Store
    do { store = try Store.open(at: place.folder, cache: cache?.frames) } catch {
      throw RepositoryError(error)
    }
    let configuration = try Configuration.load(repository: place.folder)
    if let name = configuration.ownReplicaName { replica.name = Replica.cleanName(name) }
    return Repository(place: place, store: store, replica: replica, configuration: configuration)
  }

  /// The heads, the base and everything else that transactions say.
  package func state() throws(RepositoryError) -> ReplicaState {
    do { return try store.state() } catch { throw RepositoryError(error) }
  }

  /// Checks that the folder is the one that the replica was made for.
  ///
  /// A root that was replaced (an unmounted disk, a copy, a restored backup) must never be read
  /// as deletions: `.rootReplaced`.
  func checkPlace() throws(RepositoryError) {
    guard let root = place.root, let recorded = replica.place else { return }
    let found: Replica.Place
    do { found = try Replica.Place(root: root, folder: place.folder) } catch {
      throw .system(error, path: root)
    }
    if found.root != recorded.root {
      throw .rootReplaced(root, reason: "the folder is not the one that was recorded")
    }
    if found.folder != recorded.folder {
      throw .rootReplaced(root, reason: "its .fsync is not the one that was recorded")
    }
  }

  /// Throws where a person or `--max-time` asked to stop.
  func checkInterruption() throws(RepositoryError) {
    if Interruption.isRequested { throw .interrupted }
    if let deadline, Clock.monotonic() > deadline { throw .outOfTime }
  }

  /// The time of day as commits record it.
  func timestamp() -> Timestamp {
    let time = now()
    return Timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
  }
}

extension Repository {
  /// Holds the working tree, waiting some seconds for another command to let it go.
  func lockTree() throws(RepositoryError) -> LockFile {
    try lock("tree", waiting: min(10, remainingSeconds()))
  }

  /// Holds the right to sync; `.busy` at once where another has it.
  func lockSync() throws(RepositoryError) -> LockFile {
    try lock("sync", waiting: 0)
  }

  private func remainingSeconds() -> Double {
    guard let deadline else { return .infinity }
    return max(0, deadline - Clock.monotonic())
  }

  private func lock(_ name: String, waiting: Double) throws(RepositoryError) -> LockFile {
    let path = RepositoryPlace.join(place.folder, Array("locks/\(name)".utf8))
    let lock = try calling(path) { () throws(SystemError) in
      try LockFile.acquire(path, .exclusive, waiting: waiting)
    }
    guard let lock else { throw .busy(lock: name) }
    return lock
  }
}
