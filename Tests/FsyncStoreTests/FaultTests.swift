import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

/// Every system call of an operation is made to fail in turn: the operation must say so, and
/// leave the old state or the new one, complete, to whoever opens the store next.
@Suite struct FaultTests {
  /// What an operation does to a store, and how a store that is opened later must look.
  private func everyCall(
    code: Int32, repeating: Bool, boot: String = "boot",
    prepare: (Store) throws -> [ObjectID: [UInt8]],
    operation: (Store, [UInt8]) throws -> Void,
    check: (Store, _ succeeded: Bool) throws -> Void = { _, _ in }
  ) throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    var passing = 0
    var isMet = true
    while isMet {
      let folder = bytes("\(path)/store\(passing)")
      let kept = try prepare(try Store.create(at: folder, host: host()))
      let before = try Store.open(at: folder, host: host()).state()
      let store = try Store.open(at: folder, host: host(seed: 77))
      let (failure, met) = Faults.injecting(
        nil, after: passing, code: code, repeating: repeating
      ) { () -> (any Error)? in
        do { try operation(store, folder) } catch { return error }
        return nil
      }
      // A call whose failure may be ignored, an unlink of a leftover, is no failure.
      if failure != nil { #expect(met) }
      for boot in [boot, "after a crash"] {
        let later = try Store.open(at: folder, host: host(seed: 78, boot: boot))
        let state = try later.state()
        if failure != nil, state.heads == before.heads { #expect(state.refs == before.refs) }
        if failure == nil { #expect(state.serial > before.serial) }
        for (id, content) in kept { #expect(try later.object(id)?.bytes == content) }
        try check(later, failure == nil)
        #expect(try later.verify(roots: Array(kept.keys)).damages.allSatisfy(\.isMissing))
      }
      // Life goes on: in the store that met the fault, and in another.
      let other = try Store.open(at: folder, host: host(seed: 79))
      for (index, next) in [store, other].enumerated() {
        let ids = try next.commit([[1, 2, 3, UInt8(index)]])
        let found = try Store.open(at: folder, host: host()).object(ids[0])
        #expect(found?.bytes == [1, 2, 3, UInt8(index)])
      }
      let left = try leftovers(folder, other.state())
      #expect(left.isEmpty)
      isMet = met
      passing += 1
    }
    #expect(passing > 3)
  }

  /// Files that no transaction names.
  private func leftovers(_ folder: [UInt8], _ state: ReplicaState) throws -> [String] {
    let packs = Set(state.packs.map { bytes($0.name.hex + ".pack") })
    let journals = try Directory(folder).names().filter { $0.starts(with: bytes("journal-")) }
    return try Directory(folder + bytes("/packs")).names().filter { !packs.contains($0) }
      .map { String(decoding: $0, as: UTF8.self) } + journals.dropFirst(1).map { "\($0)" }
  }

  private func small(_ store: Store) throws -> [ObjectID: [UInt8]] {
    var kept: [ObjectID: [UInt8]] = [:]
    for content in [[1], [2, 2], SplitMix.bytes(seed: 41, 3000)] {
      kept[try store.commit([content])[0]] = content
    }
    return kept
  }

  @Test(arguments: [(28, false), (28, true), (5, false)] as [(Int32, Bool)])
  func aSmallCommit(_ code: Int32, _ repeating: Bool) throws {
    let content = SplitMix.bytes(seed: 42, 5000)
    try everyCall(code: code, repeating: repeating, prepare: small) { store, _ in
      _ = try store.commit([content])
    } check: { store, succeeded in
      let object = try store.object(Digest.object(.chunk, content))
      #expect(object?.bytes == content || (object == nil && !succeeded))
    }
  }

  @Test(arguments: [false, true])
  func aCommitThroughAPack(_ repeating: Bool) throws {
    let contents = (0..<70).map { SplitMix.bytes(seed: 43 + $0, 150_000) }
    try everyCall(code: 28, repeating: repeating, prepare: small) { store, _ in
      _ = try store.commit(contents)
    } check: { store, succeeded in
      let present = try contents.map { try store.contains(Digest.object(.chunk, $0)) }
      #expect(Set(present).count == 1)
      #expect(present[0] || !succeeded)
    }
  }

  @Test func aFold() throws {
    try everyCall(code: 5, repeating: false, prepare: small) { _, folder in
      let store = try Store.open(at: folder, host: host(seed: 80), journalLimit: 100)
      _ = try store.commit([[5, 5]])
    }
  }

  @Test(arguments: [false, true])
  func aCollection(_ repeating: Bool) throws {
    let garbage = SplitMix.bytes(seed: 44, 4000)
    try everyCall(code: 5, repeating: repeating) { store in
      let kept = try small(store)
      _ = try store.commit([garbage])
      return kept
    } operation: { store, _ in
      let roots = [[1], [2, 2], SplitMix.bytes(seed: 41, 3000)].map { Digest.object(.chunk, $0) }
      // The heads of these tests are made up, so nothing may be asked of them.
      try store.transact { (_, transaction) throws(Refusal) in transaction.heads = [] }
      _ = try store.collect(grace: 0) { _ in roots }
    } check: { store, succeeded in
      let object = try store.object(Digest.object(.chunk, garbage))
      #expect(object == nil || (object?.bytes == garbage && !succeeded))
    }
  }

  @Test(arguments: [1000, 200_000])
  func anAdoption(_ size: Int) throws {
    let contents = (0..<50).map { SplitMix.bytes(seed: 45 + $0, size) }
    try everyCall(code: 28, repeating: false, prepare: small) { store, _ in
      let quarantine = try store.quarantine(named: [1])
      let encoder = FrameEncoder(.standard)
      for content in contents {
        encoder.add(Digest.object(.chunk, content), .chunk, content)
        try quarantine.append(encoder.finish().encoded)
      }
      try store.transact { (_, transaction) throws(Refusal) in
        transaction.adopt(quarantine)
        transaction.heads = [Digest.object(.commit, [9])]
      }
    } check: { store, succeeded in
      let present = try contents.map { try store.contains(Digest.object(.chunk, $0)) }
      #expect(Set(present).count == 1)
      #expect(present[0] || !succeeded)
    }
  }

  /// Creates a store while a call fails, then once more without.
  private func create(_ folder: [UInt8], passing: Int) throws -> Bool {
    let (failed, met) = Faults.injecting(nil, after: passing, code: 28) { () -> Bool in
      (try? Store.create(at: folder, host: host())) == nil
    }
    #expect(met || !failed)
    if (try? Store.open(at: folder, host: host())) == nil {
      _ = try Store.create(at: folder, host: host(seed: 2))
    }
    let store = try Store.open(at: folder, host: host())
    _ = try store.commit([[1]])
    return met
  }

  @Test func aCreation() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    var passing = 0
    while try create(bytes("\(path)/store\(passing)"), passing: passing) { passing += 1 }
    #expect(passing > 5)
  }
}
