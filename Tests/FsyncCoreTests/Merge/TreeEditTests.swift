import FsyncCore
import TestSupport
import Testing

private struct Nothing: ObjectReader {
  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? { nil }
}

private func file(_ text: String) -> Entry {
  .file(Digest.object(.chunk, Array(text.utf8)), size: 1, mode: 0o644, mtime: .zero)
}

private func listing(_ tree: ObjectID, _ objects: ObjectOverlay) throws -> [String] {
  var result: [String] = []
  func walk(_ tree: ObjectID, _ prefix: String) throws {
    for element in try objects.entries(ofTree: tree) {
      let name = prefix + "\(element.name)"
      if element.entry.kind == .directory {
        result.append(name + "/")
        try walk(element.entry.content, name + "/")
      } else {
        result.append(name)
      }
    }
  }
  try walk(tree, "")
  return result
}

@Suite struct TreeEditTests {
  @Test func editsMakeAndRemovePathsAtAnyDepth() throws {
    let objects = ObjectOverlay(over: Nothing())
    let first = try TreeEdit.apply(
      [(path("a/b/c"), file("1")), (path("d"), file("2"))], to: nil, objects: objects)
    #expect(try listing(first, objects) == ["a/", "a/b/", "a/b/c", "d"])

    let second = try TreeEdit.apply(
      [(path("a/b/c"), nil), (path("d"), nil), (path("e"), file("3"))], to: first,
      objects: objects)
    #expect(try listing(second, objects) == ["a/", "a/b/", "e"])
  }

  @Test func aFileInTheWayOfAFolderGivesWay() throws {
    let objects = ObjectOverlay(over: Nothing())
    let first = try TreeEdit.apply([(path("a"), file("1"))], to: nil, objects: objects)
    let second = try TreeEdit.apply([(path("a/b"), file("2"))], to: first, objects: objects)
    #expect(try listing(second, objects) == ["a/", "a/b"])
  }

  @Test func removingWhatIsNotThereChangesNothing() throws {
    let objects = ObjectOverlay(over: Nothing())
    let first = try TreeEdit.apply([(path("a"), file("1"))], to: nil, objects: objects)
    #expect(try TreeEdit.apply([(path("x/y"), nil)], to: first, objects: objects) == first)
  }

  @Test func aFolderReplacedWholeTakesLaterEditsBelowIt() throws {
    let objects = ObjectOverlay(over: Nothing())
    let folder = try TreeEdit.apply([(path("old"), file("1"))], to: nil, objects: objects)
    let tree = try TreeEdit.apply(
      [(path("f"), .directory(folder, mode: 0o700)), (path("f/new"), file("2"))], to: nil,
      objects: objects)
    #expect(try listing(tree, objects) == ["f/", "f/new", "f/old"])
  }
}
