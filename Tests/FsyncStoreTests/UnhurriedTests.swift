import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

/// Transactions that do not wait for the disk.
@Suite struct UnhurriedTests {
  private static let ref = bytes("remote/somebody")

  private func note(_ value: [UInt8], in store: Store) throws {
    try store.transact { (_, transaction) throws(Refusal) in
      transaction.isDurable = false
      transaction.refs[Self.ref] = .some(value)
    }
  }

  @Test func othersSeeWhatIsNotFlushedYet() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    _ = try store.commit([[1, 2, 3]])
    let (_, isMet) = try Faults.injecting(.sync, after: 0, code: 5) {
      try note([7], in: store)
    }
    #expect(!isMet)
    #expect(try Store.open(at: folder, host: host()).state().refs[Self.ref] == [7])
  }

  /// The flush is made up for before anything is built on the transaction, here or elsewhere.
  @Test func whatComesNextFlushesItFirst() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    _ = try store.commit([[1, 2, 3]])
    try note([7], in: store)
    #expect(throws: StoreError.self) {
      try Faults.injecting(.sync, after: 0, code: 5) { () throws(StoreError) in
        try store.makeDurable()
      }
    }
    // One for the transaction that was left, and one for its own.
    let (_, isMet) = try Faults.injecting(.sync, after: 2, code: 5) {
      _ = try store.commit([[4, 5, 6]])
    }
    #expect(!isMet)
    try note([8], in: store)
    let (_, hasTwo) = Faults.injecting(.sync, after: 1, code: 5) {
      _ = try? store.commit([[7, 8, 9]])
    }
    #expect(hasTwo)
  }

  /// A power cut that takes it leaves the state before.
  @Test func withoutItsBytesTheStateBeforeHolds() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let ids = try store.commit([[1, 2, 3]])
    let before = try store.state()
    let size = try directory.read("store/journal-00000001").count
    try note([7], in: store)
    let whole = try directory.read("store/journal-00000001")
    for end in size..<whole.count {
      try directory.write("store/journal-00000001", Array(whole[..<end]))
      let later = try Store.open(at: folder, host: host(boot: "other"))
      #expect(try later.state() == before)
      #expect(try later.contains(ids[0]))
    }
  }

  /// Content is never left behind, whatever the transaction says.
  @Test func contentIsFlushedAllTheSame() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    _ = try store.commit([[1, 2, 3]])
    let (_, isMet) = Faults.injecting(.sync, after: 0, code: 5) {
      try? store.transact { (_, transaction) throws(Refusal) in
        transaction.isDurable = false
        transaction.put(.chunk, [9, 9, 9])
      }
    }
    #expect(isMet)
  }
}
