import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct JournalTests {
  /// A store with two small transactions, and the sizes of its journal after each.
  private func sample(
    _ folder: [UInt8]
  ) throws -> (first: ReplicaState, second: ReplicaState, sizes: [Int], ids: [ObjectID]) {
    let store = try Store.create(at: folder, host: host())
    var ids = try store.commit([[1, 2, 3], Array(repeating: 7, count: 600)])
    let first = try store.state()
    let size = try Stat(path: journal(folder)).size
    ids += try store.commit([[4, 5, 6], SplitMix.bytes(seed: 5, 300)])
    return (
      first, try store.state(), [Int(size), Int(try Stat(path: journal(folder)).size)], ids
    )
  }

  private func journal(_ folder: [UInt8], _ number: Int = 1) -> [UInt8] {
    folder + bytes("/journal-0000000\(number)")
  }

  @Test func aTornTailIsIgnoredAtEveryByte() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (first, second, sizes, ids) = try sample(folder)
    let whole = try directory.read("store/journal-00000001")
    for size in sizes[0]...sizes[1] {
      try directory.write("store/journal-00000001", Array(whole[..<size]))
      // A power cut may also leave the tail's length with zeros in place of its bytes.
      for padding in [0, whole.count - size] {
        let tail = Array(whole[..<size]) + [UInt8](repeating: 0, count: padding)
        try directory.write("store/journal-00000001", tail)
        let store = try Store.open(at: folder, host: host(boot: "other"))
        #expect(try store.state() == (tail == whole ? second : first))
        #expect(try store.contains(ids[0]) && store.contains(ids[1]))
        #expect(try store.contains(ids[2]) == (tail == whole))
      }
    }
  }

  @Test(arguments: [1, 7, 60])
  func theNextWriterCutsATornTail(_ missing: Int) throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (first, _, sizes, ids) = try sample(folder)
    let whole = try directory.read("store/journal-00000001")
    try directory.write("store/journal-00000001", Array(whole.dropLast(missing)))
    let store = try Store.open(at: folder, host: host(boot: "other"))
    #expect(try store.state() == first)
    #expect(try Stat(path: journal(folder)).size == whole.count - missing)
    let more = try store.commit([[9, 9]])
    let again = try Store.open(at: folder, host: host(boot: "third"))
    #expect(try again.object(more[0])?.bytes == [9, 9])
    #expect(try again.object(ids[2]) == nil)
    #expect(try again.state().serial == first.serial + 1)
    #expect(
      try Array(directory.read("store/journal-00000001")[..<sizes[0]]) == Array(whole[..<sizes[0]]))
    #expect(try again.verify(roots: []).damages.allSatisfy(\.isMissing))
  }

  @Test func aFlippedBitInTheTailIsSeen() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (first, second, sizes, ids) = try sample(folder)
    let whole = try directory.read("store/journal-00000001")
    for position in sizes[0]..<sizes[1] {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(position % 8)
      try directory.write("store/journal-00000001", damaged)
      // After another boot the tail counts as torn: it never was acknowledged.
      let later = try Store.open(at: folder, host: host(boot: "other"))
      #expect(try later.state() == first)
      #expect(try !later.contains(ids[2]))
      // In the boot that wrote it, frames that are damaged are told apart from the transaction.
      let same = try Store.open(at: folder, host: host())
      let state = try same.state()
      #expect(state == first || state == second)
      let object = try? same.object(ids[2])
      #expect(object == nil || object == StoredObject(kind: .chunk, bytes: [4, 5, 6]))
      if state == second {
        #expect(try !same.verify(roots: []).damages.filter { !$0.isMissing }.isEmpty)
      }
    }
  }

  @Test func damageBeforeAValidTransactionLosesNoMoreThanItHits() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let (_, second, sizes, ids) = try sample(folder)
    let whole = try directory.read("store/journal-00000001")
    var lost = 0
    let header = 64
    for position in stride(from: header, to: sizes[0], by: 3) {
      var damaged = whole
      damaged[position] ^= 0x10
      try directory.write("store/journal-00000001", damaged)
      do {
        let store = try Store.open(at: folder, host: host(boot: "other"))
        // The damage hit a frame: everything else is there, and nothing is cut away.
        #expect(try store.state() == second)
        #expect(try store.object(ids[2])?.bytes == [4, 5, 6])
        _ = try store.commit([[8]])
        #expect(try Stat(path: journal(folder)).size > whole.count)
        #expect(try store.verify(roots: []).damages.contains { !$0.isMissing })
      } catch StoreError.damaged {
        // The damage hit a transaction: fsck says so, and nobody writes.
        lost += 1
        let found = try Store.verify(at: folder, host: host(boot: "other")) { _ in [] }
        #expect(found.damages.count == 1)
        #expect(try directory.read("store/journal-00000001") == damaged)
      }
    }
    #expect(lost > 0)
  }

  @Test func pointersAreChecked() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    _ = try sample(folder)
    try directory.write("store/journal", bytes("fsync 2 journal-00000001\n"))
    #expect(throws: StoreError.version(file: bytes("journal"))) {
      try Store.open(at: folder, host: host())
    }
    for text in [
      "", "fsync 1 journal-1\n", "fsync 1 ../journal-00000001\n", "fsync 1 journal-00000001",
    ] {
      try directory.write("store/journal", bytes(text))
      #expect(throws: StoreError.damaged(file: bytes("journal"))) {
        try Store.open(at: folder, host: host())
      }
    }
  }

  @Test func foldsIntoAPackAndKeepsItsOperations() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    _ = try Store.create(at: folder, host: host())
    let writer = try Store.open(at: folder, host: host(seed: 2), journalLimit: 20_000)
    let reader = try Store.open(at: folder, host: host())
    var random = SplitMix(seed: 8)
    var contents: [ObjectID: [UInt8]] = [:]
    for _ in 0..<40 {
      let content = random.bytes(3000)
      contents[try writer.commit([content])[0]] = content
    }
    let state = try writer.state()
    #expect(state.packs.count > 3)
    #expect(try reader.state() == state)
    for store in [writer, reader, try Store.open(at: folder, host: host())] {
      for (id, content) in contents { #expect(try store.object(id)?.bytes == content) }
      let operations = try store.operations()
      #expect(operations.count == 41)
      #expect(operations.map(\.serial) == operations.map(\.serial).sorted(by: >))
      #expect(operations.first?.heads?.after == state.heads)
      #expect(operations.last?.command == bytes("init"))
      for (newer, older) in zip(operations, operations.dropFirst()) {
        #expect(newer.heads?.before == older.heads?.after)
      }
      #expect(try store.operations(atMost: 2).count == 2)
    }
    // One journal is left, and no temporary.
    let names = try Directory(folder).names().filter { $0.starts(with: bytes("journal")) }
    #expect(names.count == 2)
    #expect(try reader.verify(roots: []).damages.allSatisfy(\.isMissing))
  }

  @Test func aDerivedIndexSavesReadingTheJournal() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let writer = try Store.create(at: folder, host: host())
    var random = SplitMix(seed: 9)
    var contents: [ObjectID: [UInt8]] = [:]
    for _ in 0..<6 {
      let batch = (0..<25).map { _ in random.bytes(120_000) }
      for (id, content) in zip(try writer.commit(batch), batch) { contents[id] = content }
    }
    let index = bytes("journal-00000001.index")
    #expect(try Directory(folder).names().contains(index))
    let state = try writer.state()
    for boot in ["boot", "other"] {
      let store = try Store.open(at: folder, host: host(boot: boot))
      #expect(try store.state() == state)
      for (id, content) in contents { #expect(try store.object(id)?.bytes == content) }
    }
    // Damage to it costs time and nothing else.
    var damaged = try directory.read("store/journal-00000001.index")
    for position in stride(from: 0, to: damaged.count, by: damaged.count / 200) {
      damaged[position] ^= 4
      try directory.write("store/journal-00000001.index", damaged)
      damaged[position] ^= 4
      let store = try Store.open(at: folder, host: host())
      #expect(try store.state() == state)
    }
  }
}

extension Damage {
  /// Whether it is that a test's made-up head does not exist.
  var isMissing: Bool {
    if case .missing = self { return true }
    return false
  }
}

extension SplitMix {
  static func bytes(seed: UInt64, _ count: Int) -> [UInt8] {
    var random = SplitMix(seed: seed)
    return random.bytes(count)
  }
}
