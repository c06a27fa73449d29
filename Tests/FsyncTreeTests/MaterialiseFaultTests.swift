import FsyncCore
import FsyncSystem
import FsyncTree
import Glibc
import TestSupport
import Testing

/// A folder, and changes to it of every kind, among them two that must not happen.
private struct Scene: ~Copyable {
  let folder: TemporaryDirectory
  let staging: TemporaryDirectory
  let replica: Replica
  let stage: Directory
  let changes: [PathChange]
  let reader: Frozen
  let after: [Path: Entry]

  /// What somebody wrote between the scan and now.
  static let edit = Array("somebody's edit".utf8)
  static let newcomer = Array("somebody's new file".utf8)

  static func make() throws -> Scene {
    let folder = try TemporaryDirectory(inMemory: true)
    let staging = try TemporaryDirectory(inMemory: true)
    let replica = try Replica(folder.path)
    let target = try TemporaryDirectory(inMemory: true)
    let other = try Replica(target.path)

    for (name, text) in [
      ("same", "same"), ("replaced", "old"), ("gone", "gone"), ("moded", "moded"),
      ("timed", "timed"), ("file-to-folder", "file"), ("folder-to-file/inside", "inside"),
      ("old/sub/a", "a"), ("old/b", "b"), ("edited", "as known"), ("kept/x", "x"),
    ] {
      try folder.write(name, Array(text.utf8))
    }
    symlink("somewhere", folder.appending("link"))
    try replica.commit()

    try Disk.write(Array("same".utf8), Array("same".utf8), in: other.root)
    for (name, text) in [
      ("same", "same"), ("replaced", "the new one"), ("moded", "moded"), ("timed", "timed"),
      ("file-to-folder/deep/inside", "inside now"), ("folder-to-file", "file now"),
      ("new/sub/c", "c"), ("edited", "as merged"), ("kept/x", "x"), ("kept/y", "y"),
      ("newcomer", "ours"), ("big", String(repeating: "0123456789abcdef", count: 10_000)),
    ] {
      try target.write(name, Array(text.utf8))
    }
    mkdir(target.appending("new/empty"), 0o750)
    symlink("elsewhere", target.appending("link"))
    chmod(target.appending("moded"), 0o751)
    chmod(target.appending("kept"), 0o711)
    let tree = try other.commit()
    for object in other.objects.new { replica.objects.put(object.kind, object.bytes) }
    let after = try replica.flatten(tree)
    let changes = try replica.changes(from: replica.index.tree, to: tree)
    try folder.write("edited", Scene.edit)
    try folder.write("newcomer", Scene.newcomer)
    let stage = try Directory(Array(staging.path.utf8))
    return Scene(
      folder: folder, staging: staging, replica: replica, stage: stage, changes: changes,
      reader: Frozen(replica.objects), after: after)
  }

  func run(_ threads: Int = 1) throws -> [Path: Outcome] {
    var options = MaterialiseOptions()
    options.threads = threads
    let outcomes = try Materialiser.run(
      changes, root: replica.root, stage: stage, index: replica.index, reader: reader,
      options: options)
    return Dictionary(uniqueKeysWithValues: zip(changes.map(\.path), outcomes))
  }

  /// Says what is wrong with the folder at any moment, whatever has happened so far.
  func losses() throws -> [String] {
    var result: [String] = []
    if try folder.read("edited") != Scene.edit { result.append("an edit is lost") }
    if try folder.read("newcomer") != Scene.newcomer { result.append("a new file is lost") }
    let seen = try Disk.see(replica.root)
    for change in changes where change.from != nil && change.to != nil {
      if seen[change.path.bytes] == nil { result.append("\(change.path) is missing") }
    }
    return result
  }

  /// Says how the folder differs from what it was to become.
  func faults() throws -> [String] {
    var result = try losses()
    let seen = try Disk.see(replica.root)
    for (path, entry) in after where path != Scene.edited && path != Scene.newcomerPath {
      guard let found = seen[path.bytes] else {
        result.append("\(path) is not there")
        continue
      }
      if found.kind.rawValue + 1 != entry.kind.rawValue { result.append("\(path) is a \(found)") }
      if entry.kind != .symlink, found.mode != entry.mode { result.append("\(path): mode") }
      if entry.kind == .file {
        if found.mtime != FileTime(entry.mtime) { result.append("\(path): time") }
        if found.content.count <= 128 << 10,
          Digest.object(.chunk, found.content) != entry.content
        {
          result.append("\(path): content")
        }
      }
    }
    for path in seen.keys where after[try Path(path)] == nil {
      result.append("\(String(decoding: path, as: UTF8.self)) is still there")
    }
    if try !stage.names().isEmpty { result.append("temporaries are left") }
    return result
  }

  static let edited = name("edited")
  static let newcomerPath = name("newcomer")

  private static func name(_ text: String) -> Path {
    (try? Path(Array(text.utf8))) ?? .root
  }
}

@Suite struct MaterialiseFaultTests {
  @Test(arguments: [1, 2]) func everyKindOfChangeIsMade(threads: Int) throws {
    let scene = try Scene.make()
    let outcomes = try scene.run(threads)
    #expect(outcomes[Scene.edited] == .changedMeanwhile)
    #expect(outcomes[Scene.newcomerPath] == .changedMeanwhile)
    #expect(outcomes.values.count { $0.isDone } == outcomes.count - 2)
    let faults = try scene.faults()
    #expect(faults == [])
    // Once more changes nothing and says the same.
    let again = try scene.run(threads)
    #expect(again.mapValues(\.isDone) == outcomes.mapValues(\.isDone))
    let faultsAgain = try scene.faults()
    #expect(faultsAgain == [])
  }

  /// Every call fails in turn: nothing is lost, and the next run ends the work.
  @Test(arguments: [
    (EIO, false, 1), (EIO, true, 3), (ENOSPC, false, 7), (EACCES, false, 7), (EINVAL, false, 3),
  ])
  func anyCallMayFail(code: Int32, repeating: Bool, step: Int) throws {
    // A failure that stays is what a kill leaves: nothing is tidied up after it.
    var passing = 0
    while true {
      let scene = try Scene.make()
      let met = Faults.injecting(nil, after: passing, code: code, repeating: repeating) {
        try? scene.run()
      }.met
      let losses = try scene.losses()
      #expect(losses == [], "after \(passing) calls")
      let outcomes = try scene.run()
      let faults = try scene.faults()
      #expect(faults == [], "after \(passing) calls")
      #expect(
        outcomes.filter { !$0.value.isDone }.keys.sorted()
          == [Scene.edited, Scene.newcomerPath], "after \(passing) calls")
      if !met { break }
      passing += step
    }
    #expect(passing > 100)
  }
}
