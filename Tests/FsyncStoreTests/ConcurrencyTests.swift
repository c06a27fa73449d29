import FsyncCore
import FsyncStore
import FsyncSystem
import Synchronization
import TestSupport
import Testing

@Suite struct ConcurrencyTests {
  /// The content that a writer stores in its n-th commit, and a chunk whose id stands for it.
  private static func content(_ writer: Int, _ number: Int) -> [UInt8] {
    SplitMix.bytes(seed: UInt64(writer * 100_000 + number), 200 + number * 37 % 4000)
  }

  @Test func writersAndReadersWithOpensOfTheirOwn() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    _ = try Store.create(at: folder, host: host())
    let commits = 25
    let failures = Mutex<[String]>([])
    let running = Atomic<Int>(2)
    try Workers.run(4) { index in
      do {
        // Small limits, so that journals roll over and packs fold under the readers.
        let store = try Store.open(
          at: folder, host: host(seed: UInt64(index + 10)), journalLimit: 15_000)
        if index < 2 {
          defer { running.subtract(1, ordering: .sequentiallyConsistent) }
          for number in 0..<commits {
            let id = Digest.object(.chunk, Self.content(index, number))
            let ingest = try store.ingest()
            let worker = ingest.worker()
            try worker.put(.chunk, Self.content(index, number))
            try worker.finish()
            try store.transact(ingest) { (state, transaction) throws(Refusal) in
              transaction.heads = state.heads + [id]
              transaction.sequence = state.sequence + 1
            }
          }
        } else {
          var last: UInt64 = 0
          while running.load(ordering: .sequentiallyConsistent) > 0 {
            let state = try store.state()
            if state.serial < last || UInt64(state.heads.count) != state.sequence {
              failures.withLock { $0.append("state \(state.serial) after \(last)") }
            }
            last = state.serial
            // Everything that a state names is there.
            for id in state.heads where try store.object(id)?.id != id {
              failures.withLock { $0.append("missing \(id)") }
            }
          }
        }
      } catch { failures.withLock { $0.append("\(index): \(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    let store = try Store.open(at: folder, host: host())
    let state = try store.state()
    #expect(state.sequence == UInt64(2 * commits))
    #expect(state.heads.count == 2 * commits)
    #expect(try store.verify(roots: []).damages.allSatisfy { !$0.isMissing || $0.isWrongKind })
  }

  @Test func workersOfOneIngestShareWhatTheyMeet() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let store = try Store.create(at: folder, host: host())
    let ingest = try store.ingest()
    let failures = Mutex<[String]>([])
    try Workers.run(3) { index in
      do {
        let worker = ingest.worker()
        // Half of what each worker puts, the others put too.
        for number in 0..<300 {
          try worker.put(.chunk, Self.content(number % 2 == 0 ? 9 : index, number))
        }
        try worker.finish()
      } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(ingest.counts.objects == 150 + 3 * 150)
    try store.transact(ingest) { (_, transaction) throws(Refusal) in transaction.heads = [] }
    for store in [store, try Store.open(at: folder, host: host())] {
      for index in 0..<3 {
        for number in 0..<300 {
          let content = Self.content(number % 2 == 0 ? 9 : index, number)
          #expect(try store.object(Digest.object(.chunk, content))?.bytes == content)
        }
      }
    }
  }

  @Test func instancesTakeTurns() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let first = try Store.create(at: folder, host: host())
    let second = try Store.open(at: folder, host: host(seed: 2))
    var ids: [ObjectID] = []
    for number in 0..<20 {
      ids += try (number % 2 == 0 ? first : second).commit([Self.content(1, number)])
    }
    for store in [first, second] {
      #expect(try store.state().serial == 21)
      for id in ids { #expect(try store.contains(id)) }
    }
    #expect(try first.state() == second.state())
  }

  @Test func locksExcludeEachOther() throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    let first = try Store.create(at: folder, host: host())
    let second = try Store.open(at: folder, host: host())
    do {
      let lock = try first.lockSync()
      let isHeld = Self.isHeld(lock)
      let isHeldTwice = Self.isHeld(try second.lockSync())
      let isTreeHeld = Self.isHeld(try second.lockTree(waiting: 0))
      #expect(isHeld && !isHeldTwice && isTreeHeld)
      _ = consume lock
    }
    let isFree = Self.isHeld(try second.lockSync())
    #expect(isFree)
  }

  private static func isHeld(_ lock: borrowing LockFile?) -> Bool {
    switch lock {
    case .some: true
    case .none: false
    }
  }
}

extension Damage {
  /// Whether it is that a test's head is no commit.
  var isWrongKind: Bool {
    if case .wrongKind = self { return true }
    return false
  }
}
