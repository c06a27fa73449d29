import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct ForgedTreeTests {
  private let chunk = Forged.chunk
  private let file = Forged.file

  @Test(arguments: Victim.allCases) func anHonestHeadIsJoined(victim: Victim) {
    let host = MemoryHost("victim")
    let folder = Forged.tree([("a", file)])
    let commit = Forged.commit(folder.id)
    #expect(victim.verdict(on: [chunk, folder, commit], host: host) == nil)
    #expect(host.current == [commit.id])
  }

  @Test(
    arguments: [
      "..", ".", "", "a/b", "a\0", ".fsync", ".FSYNC", String(repeating: "x", count: 256),
    ], Victim.allCases)
  func namesThatLeadElsewhereAreRefused(name: String, victim: Victim) {
    let folder = Forged.tree([(name, file)])
    let error = victim.verdict(on: [chunk, folder, Forged.commit(folder.id)])
    guard case .object(folder.id, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [["b", "a"], ["a", "a"]], Victim.allCases)
  func treesOutOfOrderAreRefused(names: [String], victim: Victim) {
    let folder = Forged.tree(names.map { ($0, file) })
    #expect(
      victim.verdict(on: [chunk, folder, Forged.commit(folder.id)]) == .object(folder.id, .order))
  }

  @Test(arguments: Victim.allCases) func kindsMustFitTheirPlaces(victim: Victim) {
    let folder = Forged.tree([("a", file)])
    let large = Entry.file(chunk.id, size: 1 << 20, mode: 0o644, mtime: .zero)
    let table: [(what: String, objects: [StoredObject], blamed: ObjectID)] = [
      ("a chunk as a commit's tree", [chunk, Forged.commit(chunk.id)], chunk.id),
      (
        "a tree as a file's content",
        [chunk, folder]
          + headed([("a", .file(folder.id, size: 3, mode: 0o644, mtime: .zero))]), folder.id
      ),
      (
        "a chunk as a folder", [chunk] + headed([("a", .directory(chunk.id, mode: 0o755))]),
        chunk.id
      ),
      ("a chunk as a list", [chunk] + headed([("a", large)]), chunk.id),
      (
        "a chunk as rename records",
        [chunk, folder, Forged.commit(folder.id, renames: chunk.id)], chunk.id
      ),
      ("a chunk as a head", [chunk], chunk.id),
    ]
    for row in table {
      #expect(victim.verdict(on: row.objects) == .kind(row.blamed), "\(row.what)")
    }
  }

  /// A folder and the commit of it.
  private func headed(_ entries: [(String, Entry)]) -> [StoredObject] {
    let folder = Forged.tree(entries)
    return [folder, Forged.commit(folder.id)]
  }

  @Test(arguments: Victim.allCases) func sizesMustAddUp(victim: Victim) {
    func sized(_ content: StoredObject, _ size: UInt64) -> [StoredObject] {
      headed([("a", .file(content.id, size: size, mode: 0o644, mtime: .zero))])
    }
    let list = Forged.list(level: 0, [.init(id: chunk.id, length: 3, repeats: 100_000)])
    let lying = Forged.list(level: 0, [.init(id: chunk.id, length: 4, repeats: 100_000)])
    let above = Forged.list(level: 1, [.init(id: list.id, length: 300_001)])
    let skipping = Forged.list(level: 2, [.init(id: list.id, length: 300_000)])
    let table: [(what: String, objects: [StoredObject], error: WireError?)] = [
      (
        "a chunk shorter than the file", [chunk] + sized(chunk, 4),
        .object(chunk.id, .notCanonical)
      ),
      ("an honest list", [chunk, list] + sized(list, 300_000), nil),
      (
        "a list shorter than the file", [chunk, list] + sized(list, 300_001),
        .object(list.id, .notCanonical)
      ),
      (
        "a chunk shorter than its list says", [chunk, lying] + sized(lying, 400_000),
        .object(chunk.id, .notCanonical)
      ),
      (
        "a list shorter than its list says", [chunk, list, above] + sized(above, 300_001),
        .object(list.id, .notCanonical)
      ),
      (
        "a list two levels below", [chunk, list, skipping] + sized(skipping, 300_000),
        .object(list.id, .notCanonical)
      ),
    ]
    for row in table { #expect(victim.verdict(on: row.objects) == row.error, "\(row.what)") }
  }

  @Test(arguments: Victim.allCases) func treesThatAreTooDeepAreRefused(victim: Victim) {
    // Too many levels; and few, of which the path is too long.
    for (levels, name) in [(Limits.depth + 2, "d"), (300, String(repeating: "n", count: 255))] {
      var objects = [Forged.tree([])]
      for _ in 0..<levels {
        objects.append(
          Forged.tree([(name, .directory(objects[objects.count - 1].id, mode: 0o755))]))
      }
      let head = Forged.commit(objects[objects.count - 1].id)
      guard case .depth = victim.verdict(on: objects + [head]) else {
        Issue.record("\(levels) levels are accepted")
        return
      }
    }
  }

  @Test(arguments: Victim.allCases) func aBombOfSharedFoldersCostsWhatItWeighs(victim: Victim) {
    // Two to the power of 300 paths in 300 folders.
    var objects = [chunk, Forged.tree([("leaf", file)])]
    for _ in 0..<300 {
      let below: Entry = .directory(objects[objects.count - 1].id, mode: 0o755)
      objects.append(Forged.tree([("a", below), ("b", below)]))
    }
    let head = Forged.commit(objects[objects.count - 1].id)
    #expect(victim.verdict(on: objects + [head]) == nil)
  }

  @Test(arguments: Victim.allCases) func aBombOfSharedListsCostsWhatItWeighs(victim: Victim) {
    // A thousand to the power of six chunks in seven objects.
    var objects = [chunk]
    var length: UInt64 = 3
    for level in 0..<6 as Range<UInt8> {
      objects.append(
        Forged.list(
          level: level,
          [.init(id: objects[objects.count - 1].id, length: length, repeats: 1000)]))
      length *= 1000
    }
    let bomb = objects[objects.count - 1]
    let content = headed([("a", .file(bomb.id, size: length, mode: 0o644, mtime: .zero))])
    #expect(victim.verdict(on: objects + content) == nil)
  }
}
