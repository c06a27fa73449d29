internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncTree

/// A look at the working tree: the index of the base, and what a scan found besides it.
struct WorkingTree: ~Copyable {
  let root: Directory
  let index: Index
  var scan: Scan
  let options: ScanOptions
}

extension Repository {
  /// The index of a base: the one on disk where it belongs to the base's tree, else built again
  /// from the tree, with the stats of the one on disk as far as they still fit.
  func index(of base: Base?) throws(RepositoryError) -> Index {
    let folder: Directory
    do { folder = try Directory(place.folder) } catch { throw .system(error, path: place.folder) }
    var stored: Index?
    do throws(TreeError) { stored = try Index.open(in: folder) } catch {
      // A damaged index is a lost cache: the next commit or status reads more, and writes it anew.
      guard case .damagedIndex = error else { throw RepositoryError(error, path: place.folder) }
    }
    guard let base else { return Index.empty() }
    if let stored, stored.tree == base.tree { return stored }
    do {
      do {
        return try Index.build(tree: base.tree, store, borrowing: stored)
      } catch TreeError.damagedIndex {
        return try Index.build(tree: base.tree, store)
      }
    } catch { throw RepositoryError(error, path: place.folder) }
  }

  /// Runs a look at the working tree, and words what it throws.
  func looking<Value>(
    _ body: () throws(TreeError) -> Value
  ) throws(RepositoryError) -> Value {
    do throws(TreeError) { return try body() } catch {
      throw RepositoryError(error, path: place.root ?? [])
    }
  }

  /// Writes an index; trouble is no trouble, since it is a cache.
  func save(_ index: Index) {
    guard let folder = try? Directory(place.folder) else { return }
    try? index.write(to: folder)
  }

  private static let stagedIndex = Array("index.next".utf8)

  /// Writes an index beside the one in force; trouble shows when it is published.
  ///
  /// Only who holds the lock of the working tree may.
  func stage(_ index: Index) {
    guard let folder = try? Directory(place.folder) else { return }
    try? index.stage(in: folder, Repository.stagedIndex)
  }

  /// Puts a staged index in force; trouble is no trouble, since it is a cache.
  func publishIndex() {
    guard let folder = try? Directory(place.folder) else { return }
    try? folder.rename(Repository.stagedIndex, to: folder, Array("index".utf8))
  }

  /// Writes down what a clean scan has seen of folders, where that spares the next one a good
  /// part of its work.
  func note(_ tree: borrowing WorkingTree) {
    guard tree.scan.isWorthNoting(tree.index),
      let snapshot = try? FsyncTree.Snapshot.assemble(
        tree.index, tree.scan, contents: { _ in nil }, put: { Digest.object($0, $1) }),
      snapshot.tree == tree.index.tree
    else { return }
    save(snapshot.index)
  }

  /// Scans the working tree against the base.
  ///
  /// Untracked folders are left to `readUntracked`, unless a path that lags behind the base lies
  /// there: what is at that must be judged by itself.
  func look(
    _ base: Base?, settled: Bool, lagging: [Path: Lag] = [:]
  ) throws(RepositoryError) -> WorkingTree {
    guard let path = place.root else { throw .bare }
    let index = try index(of: base)
    var options = ScanOptions()
    options.threads = configuration.threads ?? ScanOptions.threads(for: index)
    options.crossesFileSystems = configuration.crossesFileSystems
    options.mounts = MountRecord.read(try state().refs)
    options.untracked = .left(unless: PathSet(lagging.keys))
    let root: Directory
    do { root = try Directory(path) } catch { throw .system(error, path: path) }
    do throws(TreeError) {
      var scan = try Scanner.scan(root, index, options)
      if settled { scan = try Scanner.settle(scan, root, index, options) }
      return WorkingTree(root: root, index: index, scan: scan, options: options)
    } catch { throw RepositoryError(error, path: path) }
  }
}

extension RepositoryError {
  /// Words a failure of the working tree as one of the repository.
  init(_ error: TreeError, path: [UInt8]) {
    switch error {
    case .system(let error): self = .system(error, path: path)
    case .damagedIndex: self = .damaged("index")
    case .object(let error): self = .object(error)
    }
  }

  /// Words a failure of the store as one of the repository.
  init(_ error: StoreError) {
    switch error {
    case .absent: self = .notARepository([])
    case .present: self = .alreadyARepository([])
    case .version(let file): self = .newerFormat(String(decoding: file, as: UTF8.self))
    case .damaged(let file): self = .damaged(String(decoding: file, as: UTF8.self))
    case .object(let error): self = .object(error)
    case .gone: self = .contended
    case .interrupted: self = .interrupted
    case .frame(let error): self = .damaged("a frame (\(error))")
    case .tooLarge: self = .damaged("a value exceeds what the format can hold")
    case .busy(let file): self = .busy(lock: String(decoding: file, as: UTF8.self))
    case .system(let error, let file): self = .system(error, path: file)
    }
  }

  /// Words a failure of a transaction that nothing refuses.
  init(_ error: TransactionError<Never>) {
    switch error {
    case .store(let error): self.init(error)
    }
  }

  /// Words a failure of a view as one of the repository.
  init(_ error: ViewError) {
    switch error {
    case .object(let error): self = .object(error)
    case .unavailable(.content(let id)): self = .unavailable(id)
    case .unavailable(.engine(let commit, let version)):
      self = .view("commit \(commit) was made by merge rules of version \(version)")
    case .assertion(let id): self = .view("the merge would have lost content \(id)")
    }
  }
}

extension PathProblem {
  /// A scan's problem as commands report it.
  init(_ problem: Scan.Problem) {
    self.init(path: problem.path, reason: Reason(problem.obstacle))
  }
}

extension PathProblem.Reason {
  init(_ obstacle: Obstacle) {
    switch obstacle {
    case .system(let error): self = .unreadable(error)
    case .otherFileSystem: self = .otherFileSystem
    case .notMounted: self = .notMounted
    case .repository: self = .nestedRepository
    case .special(let kind): self = .special(kind)
    case .name: self = .name
    case .unsteady: self = .changing
    }
  }
}
