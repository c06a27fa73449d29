package import FsyncCore

/// A folder's content as a test says it: `dir(["a": file("x"), "l": link("a")])`.
package indirect enum TestTree: Hashable, Sendable {
  /// A regular file with its content, permission bits and time in seconds.
  case file([UInt8], mode: UInt16, time: Int64)
  /// A symbolic link with its target and time in seconds.
  case link([UInt8], time: Int64)
  /// A directory.
  case dir([String: TestTree], mode: UInt16)
}

/// Makes a file of a text.
package func file(_ text: String, mode: UInt16 = 0o644, at time: Int64 = 0) -> TestTree {
  .file(Array(text.utf8), mode: mode, time: time)
}

/// Makes a file of lines, each with its newline.
package func lines(_ lines: String..., mode: UInt16 = 0o644, at time: Int64 = 0) -> TestTree {
  .file(lines.flatMap { Array($0.utf8) + [0x0a] }, mode: mode, time: time)
}

/// Makes a file that is not text.
package func binary(_ text: String, at time: Int64 = 0) -> TestTree {
  .file([0] + Array(text.utf8), mode: 0o644, time: time)
}

/// Makes a symbolic link.
package func link(_ target: String, at time: Int64 = 0) -> TestTree {
  .link(Array(target.utf8), time: time)
}

/// Makes a directory.
package func dir(_ entries: [String: TestTree] = [:], mode: UInt16 = 0o755) -> TestTree {
  .dir(entries, mode: mode)
}

/// Makes the path of a text that is known to be one.
package func path(_ text: String) -> Path {
  do { return try Path(Array(text.utf8)) } catch { preconditionFailure("\(text) is no path") }
}

/// Objects in memory, a store for tests; not for several threads.
package final class MemoryObjects: ObjectReader {
  private var objects: [ObjectID: StoredObject] = [:]
  /// Ids that are read as if they were not here.
  package var hidden: Set<ObjectID> = []
  /// How many objects have been read.
  package private(set) var reads = 0

  /// Makes an empty store.
  package init() {}

  /// Returns an object.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    reads += 1
    return hidden.contains(id) ? nil : objects[id]
  }

  /// Keeps an object.
  @discardableResult
  package func put(_ kind: ObjectKind, _ bytes: [UInt8]) -> ObjectID {
    let object = StoredObject(kind: kind, bytes: bytes)
    objects[object.id] = object
    return object.id
  }

  /// Keeps all new objects of an overlay.
  package func keep(_ overlay: ObjectOverlay) {
    for object in overlay.new { objects[object.id] = object }
  }

  /// Keeps a tree and returns its entry.
  package func put(_ tree: TestTree) -> Entry {
    switch tree {
    case .file(let bytes, let mode, let time):
      let overlay = ObjectOverlay(over: self)
      let content = ContentWriter.write(bytes, to: overlay)
      keep(overlay)
      return .file(
        content, size: UInt64(bytes.count), mode: mode, mtime: Timestamp(seconds: time))
    case .link(let target, let time):
      return .symlink(
        put(.chunk, target), size: UInt64(target.count), mtime: Timestamp(seconds: time))
    case .dir(let entries, let mode):
      let sorted = entries.map { name, tree in
        guard let name = path(name).name else { preconditionFailure("\(name) is no name") }
        return TreeEntry(name, put(tree))
      }
      let tree = TreeNode.build(sorted.sorted { $0.name < $1.name }) { put($0, $1) }
      return .directory(tree, mode: mode)
    }
  }

  /// Reads a tree back.
  package func tree(_ entry: Entry) throws(ObjectError) -> TestTree {
    switch entry.kind {
    case .file, .symlink:
      let bytes = try content(of: entry, atMost: 1 << 26) ?? []
      return entry.kind == .file
        ? .file(bytes, mode: entry.mode, time: entry.mtime.seconds)
        : .link(bytes, time: entry.mtime.seconds)
    case .directory:
      var entries: [String: TestTree] = [:]
      for element in try self.entries(ofTree: entry.content) {
        entries[element.name.description] = try tree(element.entry)
      }
      return .dir(entries, mode: entry.mode)
    }
  }

  /// Reads the root of a folder back.
  package func tree(_ root: ObjectID) throws(ObjectError) -> TestTree {
    try tree(.directory(root, mode: 0o755))
  }
}

extension TestTree {
  /// Every path with what it is, for messages: a file's text, `-> target`, or `/`.
  package var listing: [String: String] {
    var result: [String: String] = [:]
    list(into: &result, at: "")
    return result
  }

  private func list(into result: inout [String: String], at prefix: String) {
    switch self {
    case .file(let bytes, _, _):
      result[prefix] = String(decoding: bytes, as: UTF8.self)
    case .link(let target, _):
      result[prefix] = "-> " + String(decoding: target, as: UTF8.self)
    case .dir(let entries, _):
      if !prefix.isEmpty { result[prefix] = "/" }
      for (name, tree) in entries {
        tree.list(into: &result, at: prefix.isEmpty ? name : prefix + "/" + name)
      }
    }
  }
}
