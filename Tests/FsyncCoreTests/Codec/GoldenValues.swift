import FsyncCore
import TestSupport

extension GoldenTests {
  private static let hello = Digest.object(.chunk, Array("hello\n".utf8))
  private static let empty = Digest.object(.chunk, [])
  private static let time = Timestamp(seconds: 1_700_000_000, nanoseconds: 123_456_789)

  private static var file: Entry {
    var entry = Entry.file(hello, size: 6, mode: 0o644, mtime: time)
    entry.attributes = empty
    return entry
  }

  static let leaf = TreeNode.leaf([
    TreeEntry(name("dir"), .directory(empty, mode: 0o755)),
    TreeEntry(name("file"), file),
    TreeEntry(
      name("link"), .symlink(hello, size: 6, mtime: Timestamp(seconds: -1, nanoseconds: 1))),
  ])

  static let inner = TreeNode.inner(
    level: 1,
    [
      TreeNode.Child(first: name("a"), count: 200, node: hello),
      TreeNode.Child(first: name("b"), count: 16, node: empty),
    ])

  static let list = ListNode(
    level: 0,
    elements: [
      ListNode.Element(id: hello, length: 65_536, repeats: 3),
      ListNode.Element(id: empty, length: 1),
    ])

  static let commit = Commit(
    tree: empty, parents: [hello, empty],
    baseView: Commit.BaseView(tree: hello, conflicts: nil, renames: empty), replica: replica,
    replicaName: Array("laptop".utf8), sequence: 300, author: Array("Ann <ann@example.org>".utf8),
    time: time, zone: -90, message: Array("two roots\n".utf8), kind: .manual, renames: nil,
    conflicts: hello, engine: 1)

  static let renames = RenameRecords([
    RenameRecords.Record(from: path("a/b"), to: path("c"), isExact: true),
    RenameRecords.Record(from: path("x"), to: path("y"), isExact: false),
  ])

  static let conflicts = ConflictTable([
    Conflict(
      path: path("f"), kind: .edits,
      base: .file(empty, size: 0, mode: 0o600, mtime: .zero),
      sides: [
        Conflict.Side(
          path: path("f"), entry: .file(hello, size: 6, mode: 0o644, mtime: time), commit: hello,
          supersedes: [empty]),
        Conflict.Side(
          path: path("f.conflict-b-12345678"), entry: .symlink(empty, size: 0, mtime: time),
          commit: nil),
      ])
  ])

  /// Every object with structure: its name, kind and encoding.
  static let objects: [(name: String, kind: ObjectKind, bytes: [UInt8])] = [
    ("leaf", .tree, leaf.encoded), ("inner", .tree, inner.encoded), ("list", .list, list.encoded),
    ("commit", .commit, commit.encoded), ("renames", .renames, renames.encoded),
    ("conflicts", .conflicts, conflicts.encoded),
  ]

  /// A frame of two objects against a prefix.
  static func frame(_ codec: Codec) -> Frame {
    let encoder = FrameEncoder(Compression(codec: codec, level: 1))
    let text = Array(repeatElement(Array("hello\n".utf8), count: 40).joined())
    encoder.add(Digest.object(.chunk, text), .chunk, text)
    encoder.add(renames.id, .renames, renames.encoded)
    return encoder.finish(prefix: [hello], prefixBytes: Array("hello\n".utf8))
  }

  private static var replica: ReplicaID {
    guard let id = ReplicaID(0..<16) else { preconditionFailure("16 bytes") }
    return id
  }

  private static func name(_ text: String) -> Name {
    guard let name = path(text).name else { preconditionFailure("\(text) is a name") }
    return name
  }
}

extension RenameRecords {
  fileprivate var id: ObjectID { Digest.object(.renames, encoded) }
}
