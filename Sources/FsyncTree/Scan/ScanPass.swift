internal import FsyncCore
internal import FsyncSystem
internal import Synchronization

/// One walk over all directories, by several threads.
final class ScanPass: Sendable {
  let index: Index
  let options: ScanOptions
  let started: FileTime
  /// The scan that this pass checks; nil where it is the first.
  let previous: Scan?
  private let previousByNumber: [Int: Int]
  let root: OpenFolder
  let mounts: Set<Path>
  private let stack: WorkStack<ScanTask>
  private let slots = Atomic<Int>(1)

  init(
    _ root: borrowing Directory, _ index: Index, _ options: ScanOptions, after previous: Scan?
  ) throws(TreeError) {
    self.index = index
    self.options = options
    self.previous = previous
    started = Clock.stamps()
    mounts = Set(options.mounts)
    var byNumber: [Int: Int] = [:]
    for (position, directory) in (previous?.directories ?? []).enumerated() {
      if let number = directory.number { byNumber[number] = position }
    }
    previousByNumber = byNumber
    do throws(SystemError) { self.root = OpenFolder(try root.reopened()) } catch {
      throw .system(error)
    }
    stack = WorkStack([
      ScanTask(
        parent: nil, name: [], path: .root, number: 0, previous: nil, wasSeen: previous != nil,
        slot: 0)
    ])
  }

  /// What a pass found, and how many directories had changed since they were last read.
  struct Result {
    var scan: Scan
    var restless: Int
  }

  func run() throws(TreeError) -> Result {
    let found = Mutex<ScanFindings>(ScanFindings())
    do throws(SystemError) {
      try Workers.run(max(options.threads, 1)) { _ in
        var worker = FolderScan(pass: self)
        while let task = stack.take() {
          worker.process(task)
          stack.finish(adding: worker.takeChildren())
          options.visited?(task.path)
        }
        let findings = worker.findings
        found.withLock { $0.add(findings) }
      }
    } catch { throw .system(error) }
    var findings = found.withLock { $0 }
    // A root that cannot be read would make everything unknown: that is no scan at all.
    if let rootFailure = findings.rootFailure { throw .system(rootFailure) }
    findings.putInOrder()
    let scan = Scan(
      started: started, directories: findings.directories, leftovers: findings.leftovers,
      mounts: findings.mounts.sorted(), left: findings.left, isSettled: false,
      stamps: options.stamps,
      hasModes: options.hasModes)
    return Result(scan: scan, restless: findings.restless)
  }

  /// A number for a directory's record that entries can name before it exists.
  func newSlot() -> Int { slots.add(1, ordering: .relaxed).oldValue }

  /// What the scan before said of a directory.
  func earlier(_ task: ScanTask) -> ScannedDirectory? {
    guard let previous else { return nil }
    guard let position = task.previous ?? previousByNumber[task.number] else { return nil }
    return previous.directories[position]
  }
}

/// A directory that is still to be looked at.
struct ScanTask: Sendable {
  /// The folder that holds it; nil for the root.
  let parent: FolderContext?
  /// Its name; empty for the root.
  let name: [UInt8]
  let path: Path
  /// Its number in the index; negative for an untracked one.
  let number: Int
  /// The position of an untracked one in the scan before, if it was there.
  let previous: Int?
  /// Whether the scan before has looked into it.
  let wasSeen: Bool
  /// The number of its record.
  let slot: Int
}

/// What a worker has found.
struct ScanFindings: Sendable {
  var directories: [ScannedDirectory] = []
  var leftovers: [Scan.Leftover] = []
  var mounts: [Path] = []
  var left: [ScanTask] = []
  var restless = 0
  var rootFailure: SystemError?

  mutating func add(_ other: ScanFindings) {
    directories.append(contentsOf: other.directories)
    leftovers.append(contentsOf: other.leftovers)
    mounts.append(contentsOf: other.mounts)
    left.append(contentsOf: other.left)
    restless += other.restless
    rootFailure = rootFailure ?? other.rootFailure
  }

  /// Leaves an untracked folder to be read later.
  mutating func leave(_ task: ScanTask) {
    var record = ScannedDirectory(path: task.path, number: nil, slot: task.slot)
    record.isLeft = true
    directories.append(record)
    left.append(task)
  }

  /// Sorts directories in pre-order and lets entries name them by position.
  mutating func putInOrder() {
    directories.sort { left, right in
      left.path.bytes.lexicographicallyPrecedes(right.path.bytes) { a, b in
        // A slash comes before every other byte, so that a subtree is not torn apart.
        (a == 0x2f ? 0 : UInt16(a) + 1) < (b == 0x2f ? 0 : UInt16(b) + 1)
      }
    }
    var positions: [Int: Int] = [:]
    for (position, directory) in directories.enumerated() {
      positions[directory.slot] = position
    }
    for position in directories.indices {
      for entry in directories[position].entries.indices {
        if case .directory(let slot) = directories[position].entries[entry].state {
          directories[position].entries[entry].state = .directory(positions[slot] ?? position)
        }
      }
    }
  }
}
