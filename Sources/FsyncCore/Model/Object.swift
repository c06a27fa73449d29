/// What an object is; the raw value is its byte on disk, on the wire and in its identity.
package enum ObjectKind: UInt8, Hashable, Sendable, CaseIterable {
  /// Raw bytes of a file, or of a symlink's target.
  case chunk = 1
  /// A node of the Merkle list of a file's chunks.
  case list = 2
  /// A directory, or a node of the Merkle list of a large one.
  case tree = 3
  /// A commit.
  case commit = 4
  /// The renames that a commit or a merge recorded.
  case renames = 5
  /// The conflicts open in a commit or a view.
  case conflicts = 6
  /// A transaction of a journal that has been folded into a pack.
  case operation = 7
  /// Commits of which a replica does not keep or never had the content.
  case absences = 8
}

/// Hard bounds that every decoder enforces before it allocates.
package enum Limits {
  /// The largest chunk, in bytes.
  package static let chunk = 256 << 10
  /// The largest file that is stored as one chunk, in bytes.
  package static let wholeFile = 128 << 10
  /// The largest canonical encoding of any object, in bytes.
  package static let object = 16 << 20
  /// The largest raw content of one frame, in bytes: the largest object fits.
  package static let frame = 16 << 20
  /// The most objects in one frame.
  package static let frameObjects = 1 << 16
  /// The most bytes of prefix that one frame may name.
  package static let prefix = 4 << 20
  /// The most prefix objects that one frame may name.
  package static let prefixObjects = 256
  /// The most parents of a commit, heads of a replica, or replicas in a vector.
  package static let heads = 4096
  /// The longest file name, in bytes.
  package static let name = 255
  /// The longest path, in bytes.
  package static let path = 1 << 16
  /// The deepest directory nesting.
  package static let depth = 2048
  /// The longest commit message, in bytes.
  package static let message = 1 << 20
}

/// An object's kind and canonical bytes.
package struct StoredObject: Hashable, Sendable {
  /// What the bytes are.
  package let kind: ObjectKind
  /// The canonical encoding.
  package let bytes: [UInt8]

  /// Pairs a kind with its canonical bytes.
  package init(kind: ObjectKind, bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }

  /// The object's identity, computed from its bytes.
  package var id: ObjectID { Digest.object(kind, bytes) }
}

/// Why an object could not be had or understood.
package enum ObjectError: Error, Hashable, Sendable {
  /// Nothing here has the object.
  case missing(ObjectID)
  /// The object is here, and its bytes are not what its id promises.
  case damaged(ObjectID)
  /// The object is of another kind than its place demands.
  case wrongKind(ObjectID, expected: ObjectKind, found: ObjectKind)
  /// The bytes do not decode.
  case malformed(ObjectID, DecodeError)
  /// The storage below failed; the number is the system's error code.
  case system(Int32)
}

/// Where objects are read from: the store, or memory in tests.
package protocol ObjectReader {
  /// Returns the object with this id, nil when it is not here.
  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject?

  /// Returns one decoded node of a tree: a leaf's entries or an inner node's children.
  func treeNode(_ id: ObjectID) throws(ObjectError) -> TreeNode
}

extension ObjectReader {
  /// Returns the canonical bytes of an object that must be here and of this kind.
  package func bytes(_ id: ObjectID, _ kind: ObjectKind) throws(ObjectError) -> [UInt8] {
    guard let object = try object(id) else { throw .missing(id) }
    guard object.kind == kind else {
      throw .wrongKind(id, expected: kind, found: object.kind)
    }
    return object.bytes
  }

  /// Returns a decoded commit.
  package func commit(_ id: ObjectID) throws(ObjectError) -> Commit {
    let bytes = try bytes(id, .commit)
    do { return try Commit(decoding: bytes) } catch { throw .malformed(id, error) }
  }

  /// Returns one decoded node of a tree: a leaf's entries or an inner node's children.
  package func treeNode(_ id: ObjectID) throws(ObjectError) -> TreeNode {
    try decodedTreeNode(id)
  }

  fileprivate func decodedTreeNode(_ id: ObjectID) throws(ObjectError) -> TreeNode {
    let bytes = try bytes(id, .tree)
    do { return try TreeNode(decoding: bytes) } catch { throw .malformed(id, error) }
  }

  /// Returns one decoded node of a file's chunk list.
  package func listNode(_ id: ObjectID) throws(ObjectError) -> ListNode {
    let bytes = try bytes(id, .list)
    do { return try ListNode(decoding: bytes) } catch { throw .malformed(id, error) }
  }

  /// Returns decoded rename records.
  package func renames(_ id: ObjectID) throws(ObjectError) -> RenameRecords {
    let bytes = try bytes(id, .renames)
    do { return try RenameRecords(decoding: bytes) } catch { throw .malformed(id, error) }
  }

  /// Returns a decoded conflict table.
  package func conflicts(_ id: ObjectID) throws(ObjectError) -> ConflictTable {
    let bytes = try bytes(id, .conflicts)
    do { return try ConflictTable(decoding: bytes) } catch { throw .malformed(id, error) }
  }
}

/// New objects in memory over a reader: what a merge or a commit makes before it is stored.
package final class ObjectOverlay: ObjectReader {
  private let base: any ObjectReader
  private var objects: [ObjectID: StoredObject] = [:]
  /// Nodes that were decoded lately: a merge of many heads looks into the same folders for every
  /// path that was ever moved.
  private var nodes: [ObjectID: TreeNode] = [:]
  /// The most nodes that are kept.
  private static let nodeBound = 1024
  /// The ids of the new objects in the order in which they were put.
  package private(set) var order: [ObjectID] = []

  /// Makes an empty overlay.
  package init(over base: any ObjectReader) {
    self.base = base
  }

  /// Returns a new object, or what the base has.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    if let new = objects[id] { return new }
    return try base.object(id)
  }

  /// Returns one decoded node of a tree, which may have been decoded before.
  package func treeNode(_ id: ObjectID) throws(ObjectError) -> TreeNode {
    if let node = nodes[id] { return node }
    let node = try decodedTreeNode(id)
    if nodes.count >= Self.nodeBound { nodes.removeAll(keepingCapacity: true) }
    nodes[id] = node
    return node
  }

  /// Keeps an object and returns its id; one that is already kept costs a look-up.
  @discardableResult
  package func put(_ kind: ObjectKind, _ bytes: [UInt8]) -> ObjectID {
    let object = StoredObject(kind: kind, bytes: bytes)
    let id = object.id
    if objects.updateValue(object, forKey: id) == nil { order.append(id) }
    return id
  }

  /// The new objects in the order in which they were put.
  package var new: [StoredObject] { order.compactMap { objects[$0] } }
}
