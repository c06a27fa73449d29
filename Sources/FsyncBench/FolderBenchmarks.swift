import FsyncCore
import FsyncSystem
import FsyncTree
import TestSupport

/// A folder of small files: its index, and the scan that finds nothing changed.
enum FolderBenchmarks {
  private static let folders = 100
  private static let files = 100

  static func all(in path: String) throws -> [Benchmark] {
    let parent = try Directory(Array(path.utf8))
    let root = try made("files", in: parent)
    let cache = try made("cache", in: parent)
    try fill(root)
    // Until the file system's clock has ticked, what was just written counts as still changing.
    _ = try Poll.wait(reading: -1, writing: -1, seconds: 0.05)
    let found = try Scanner.scan(root, .empty())
    let reader = try FileReader(root, stamps: .coarse)
    var contents: [Path: FoundContent] = [:]
    found.forEachCandidate { path, stat, _ in
      if case .success(let content) = reader.identify(path, stat.kind) { contents[path] = content }
    }
    let index = try Snapshot.assemble(.empty(), found) {
      contents[$0]
    } put: {
      Digest.object($0, $1)
    }.index
    try index.write(to: cache)
    let shared = SharedDirectory(directory: root, cache: cache)
    return [
      Benchmark("index write", index.count, " files") {
        try index.write(to: shared.cache)
        return index.count
      },
      Benchmark("index load", index.count, " files") {
        try Index.open(in: shared.cache)?.count ?? 0
      },
      Benchmark("scan, nothing changed", folders * files, " files") {
        try Scanner.scan(shared.directory, index).directories.count
      },
    ]
  }

  /// Directories cannot be copied, and closures that are kept must share them.
  private final class SharedDirectory {
    let directory: Directory
    let cache: Directory

    init(directory: consuming Directory, cache: consuming Directory) {
      self.directory = directory
      self.cache = cache
    }
  }

  private static func made(
    _ name: String, in parent: borrowing Directory
  ) throws -> Directory {
    try parent.makeDirectory(Array(name.utf8), mode: 0o755)
    return try parent.directory(Array(name.utf8))
  }

  private static func fill(_ root: borrowing Directory) throws {
    var random = SplitMix(seed: 4)
    for number in 0..<folders {
      let folder = try made("folder-\(number)", in: root)
      for number in 0..<files {
        let file = try folder.file(Array("file-\(number)".utf8), .create(mode: 0o644))
        try file.write(random.bytes(64))
      }
    }
  }
}
