import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

@Suite struct FileReaderTests {
  /// Reads a file piece by piece, noting what each was.
  private func read(_ reader: FileReader, _ name: String) throws -> (bytes: [UInt8], holes: UInt64)
  {
    _ = try reader.open(path(name))
    var bytes: [UInt8] = []
    var holes: UInt64 = 0
    while let piece = try reader.next() {
      switch piece {
      case .bytes(let part): bytes.append(contentsOf: part)
      case .zeros(let count):
        holes += count
        bytes.append(contentsOf: [UInt8](repeating: 0, count: Int(count)))
      }
    }
    _ = try reader.finish()
    return (bytes, holes)
  }

  @Test(arguments: [0, 1, 4095, 131_072, 131_073, 262_144, 262_145, 1_000_000])
  func contentIsReadWhole(size: Int) throws {
    var random = SplitMix(seed: UInt64(size))
    let folder = try TemporaryDirectory()
    let content = random.bytes(size)
    try folder.write("a", content)
    let reader = try FileReader(try Directory(Array(folder.path.utf8)))
    let found = try read(reader, "a")
    #expect(found.bytes == content)
    #expect(found.holes == 0)
  }

  @Test func holesAreNotRead() throws {
    let folder = try TemporaryDirectory()
    let root = try Directory(Array(folder.path.utf8))
    let file = try root.file([0x61], .create(mode: 0o644))
    try file.write([1, 2, 3], at: 8 << 20)
    try file.write([4], at: 40 << 20)
    try file.truncate(to: 64 << 20)
    let reader = try FileReader(root)
    let found = try read(reader, "a")
    #expect(found.bytes.count == 64 << 20)
    #expect(found.holes > 60 << 20)
    #expect(found.bytes[8 << 20..<(8 << 20) + 3] == [1, 2, 3])
    #expect(found.bytes[40 << 20] == 4)
    // Sparse or not, the content is one.
    try Disk.write(found.bytes, [0x62], in: root)
    let (sparse, dense) = (reader.identify(path("a"), .file), reader.identify(path("b"), .file))
    #expect(try sparse.get().content == dense.get().content)
    #expect(try sparse.get().size == 64 << 20)
  }

  @Test func changesWhileReadingAreSeen() throws {
    let folder = try TemporaryDirectory()
    let root = try Directory(Array(folder.path.utf8))
    let reader = try FileReader(root)
    for change in 0..<4 {
      try Disk.write([UInt8](repeating: 7, count: 600_000), [0x61], in: root)
      usleep(20_000)
      _ = try reader.open(path("a"))
      _ = try reader.next()
      let file = try root.file([0x61], .readWrite)
      switch change {
      case 0: try file.write([1], at: 5)
      case 1: try file.write([1], at: 600_000)
      case 2: try file.truncate(to: 10)
      default: try file.setMode(0o600)
      }
      #expect(throws: Obstacle.unsteady) {
        while try reader.next() != nil {}
        _ = try reader.finish()
      }
    }
  }

  @Test func onlyFilesAreRead() throws {
    let folder = try TemporaryDirectory()
    try folder.write("dir/a", [1])
    symlink("dir", folder.appending("link"))
    symlink("dir/a", folder.appending("file-link"))
    mkfifo(folder.appending("pipe"), 0o600)
    let reader = try FileReader(try Directory(Array(folder.path.utf8)))
    for name in ["dir", "link", "link/a", "file-link", "pipe", "gone", "dir/gone"] {
      #expect(throws: Obstacle.self, "\(name)") { try reader.open(path(name)) }
    }
    #expect(try reader.open(path("dir/a")).size == 1)
    #expect(try reader.symlink(path("link")).target == Array("dir".utf8))
    #expect(throws: Obstacle.self) { try reader.symlink(path("dir")) }
    #expect(try reader.identify(path("link"), .symlink).get().kind == .symlink)
  }

  /// Whatever call fails, content is right or there is none.
  @Test func anyCallMayFail() throws {
    let folder = try TemporaryDirectory(inMemory: true)
    let root = try Directory(Array(folder.path.utf8))
    let file = try root.file([0x61], .create(mode: 0o644))
    try file.write([1, 2, 3], at: 2 << 20)
    try file.truncate(to: 3 << 20)
    let right = try FileReader(root).identify(path("a"), .file).get().content
    var passing = 0
    while true {
      let (found, met) = Faults.injecting(nil, after: passing, code: EIO) {
        try? FileReader(root).identify(path("a"), .file).get()
      }
      #expect(found == nil || found?.content == right)
      if !met {
        #expect(found != nil)
        break
      }
      passing += 1
    }
    #expect(passing > 5)
  }
}
