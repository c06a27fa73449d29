import FsyncCore
import FsyncSystem
import FsyncTree
import TestSupport

extension Target {
  /// Indexes of working trees.
  static func index(in folder: String) throws -> Target {
    let path = Array("\(folder)/index".utf8)
    try Directory(Array(folder.utf8)).makeDirectory(Array("index".utf8), mode: 0o755)
    let folder = try Directory(path)
    var seeds: [[UInt8]] = []
    for files in indexedFiles {
      let memory = MemoryHost("index")
      try memory.commit(entries: files)
      let tree = try memory.store.commit(memory.current[0]).tree
      try Index.build(tree: tree, memory.store).write(to: folder)
      seeds.append(try AtomicFile.read(Array("index".utf8), in: folder, atMost: 1 << 20) ?? [])
    }
    return Target(name: "index", seeds: seeds, repair: { IndexRepair.repair(&$0, &$1) }) {
      try readIndex($0, at: path)
    }
  }

  /// Folders of many shapes: flat, deep, empty ones, long names, every kind of entry.
  private static var indexedFiles: [[(String, Entry?)]] {
    var random = SplitMix(seed: 12)
    func file(_ random: inout SplitMix) -> Entry {
      var entry = Entry.file(
        random.objectID(), size: UInt64(random.below(1 << 30)), mode: 0o644, mtime: .zero)
      if random.once(in: 2) { entry.attributes = random.objectID() }
      return entry
    }
    func files(_ names: [String]) -> [(String, Entry?)] { names.map { ($0, file(&random)) } }
    let deep = Array(repeating: "d", count: 40).joined(separator: "/")
    return [
      [],
      files(["a", "folder/b", "folder/deep/c", "folder/deep/d", "z"]),
      files((0..<90).map { "f\($0)" }),
      files([deep + "/leaf", deep + "/d", "d/x"]),
      files((0..<12).map { "\($0)/" + String(repeating: "n", count: 250) }),
      [("link", Entry.symlink(random.objectID(), size: 3, mtime: .zero))] + files([".fsyncignore"]),
    ]
  }

  private static func readIndex(_ input: [UInt8], at path: [UInt8]) throws -> Outcome {
    let folder = try Directory(path)
    try AtomicFile.write(input, to: Array("index".utf8), in: folder, durably: false)
    do {
      guard let index = try Index.open(in: folder) else { return .accepted(0) }
      var found = 0
      for row in 0..<index.count {
        guard let name = index.name(row) else { continue }
        if index.row(at: Path.root.appending(name)) != nil { found += 1 }
      }
      for name in ["a", "folder/deep/c", "folder/missing", "z/below"] {
        if try index.entry(at: TestSupport.path(name)) != nil { found += 1 }
      }
      for row in 0..<index.count { _ = try index.entry(row) }
      let again = Array("again".utf8)
      try index.write(to: folder, again)
      let written = try AtomicFile.read(again, in: folder, atMost: 1 << 20)
      guard written == input else { throw Violation("an index that is written in another form") }
      return .accepted(index.count, found)
    } catch let error as TreeError { return .refused(error) }
  }
}

/// Makes indexes whole again: their checksums, and the number of bytes of names.
private enum IndexRepair {
  static func repair(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard bytes.count >= 128 else { return }
    bytes.removeLast(bytes.count % 8)
    let bound = bytes.count
    let (folders, rows) = (number(bytes, 48), number(bytes, 52))
    let attributes = number(bytes, 60)
    guard folders < bound, rows < bound, attributes < bound else { return }
    let fixed = 128 + folders * 88 + rows * (48 + 48) + attributes * 32
    guard fixed <= bound else { return }
    var names = number(bytes, 56)
    if (names + 7) / 8 * 8 != bound - fixed { names = bound - fixed }
    Bytes.put(&bytes, UInt64(names), at: 56, width: 4)
    let rowsAt = 128 + folders * 88
    let namesAt = rowsAt + rows * 48
    let contentsAt = namesAt + (names + 7) / 8 * 8
    let attributesAt = contentsAt + rows * 48
    bytes.replaceSubrange(0..<16, with: Array("fsyncidx".utf8) + [1, 0, 0, 0, 0, 0, 0, 0])
    let hot = [128..<rowsAt, rowsAt..<namesAt, namesAt..<namesAt + names]
    Bytes.put(&bytes, checksum(bytes, hot), at: 64, width: 8)
    if !random.once(in: 16) {
      let cold = [contentsAt..<attributesAt, attributesAt..<bytes.count]
      Bytes.put(&bytes, checksum(bytes, cold), at: 72, width: 8)
    }
    for index in 80..<120 { bytes[index] = 0 }
    Bytes.put(&bytes, Checksum.xxh3(bytes[..<120]), at: 120, width: 8)
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    Bytes.number(bytes, at: offset, width: 4)
  }

  private static func checksum(_ bytes: [UInt8], _ ranges: [Range<Int>]) -> UInt64 {
    ranges.reduce(0) { Checksum.xxh3(bytes[$1], seed: $0) }
  }
}
