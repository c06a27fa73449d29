import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport
import Testing

@Suite struct ModelTests {
  /// What a store should hold.
  private struct Model {
    var state = ReplicaState()
    var objects: [ObjectID: [UInt8]] = [:]
    var heads: [ObjectID] = []
  }

  @Test("random commits, folds, collections and opens keep to a model", arguments: UInt64(0)..<40)
  func random(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    let folder = bytes(directory.appending("store"))
    var random = SplitMix(seed: seed)
    let codec = random.pick(Codec.allCases)
    let options = StoreOptions(compression: Compression(codec: codec, level: 1))
    var store = try Store.create(at: folder, options, host: host(seed: seed))
    var state = try store.state()
    var objects: [ObjectID: [UInt8]] = [:]
    for step in 0..<30 {
      switch random.below(10) {
      case 0:
        store = try Store.open(
          at: folder, host: host(seed: seed &* 1000 &+ UInt64(step), boot: "\(random.below(3))"),
          journalLimit: UInt64(random.pick([2000, 20_000, 1 << 26])))
      case 1: _ = try store.collect(grace: random.pick([0, 100])) { _ in Array(objects.keys) }
      case 2: _ = try store.foldPacks()
      default:
        let ingest = try store.ingest()
        let worker = ingest.worker()
        let known = Array(objects)
        for _ in 0..<random.below(12) {
          var content = random.bytes(random.below(random.once(in: 12) ? 400_000 : 3000))
          var previous: ObjectID?
          if !known.isEmpty, random.once(in: 3) {
            let old = random.pick(known)
            (previous, content) = (old.key, old.value)
            if !content.isEmpty { content[random.below(content.count)] &+= 1 }
          }
          objects[try worker.put(.chunk, content, like: previous)] = content
        }
        try worker.finish()
        let change = transaction(&random, state)
        try store.transact(ingest) { (found, transaction) throws(Refusal) in
          guard found.refs == state.refs, found.lagging == state.lagging else { throw Refusal() }
          transaction = change
          let small = [UInt8](repeating: UInt8(step), count: step)
          objects[transaction.put(.chunk, small)] = small
        }
        for (name, value) in change.refs { state.refs[name] = value }
        for (path, lag) in change.lagging { state.lagging[path] = lag }
        if let base = change.base { state.base = base }
        if let intent = change.intent { state.intent = intent }
        if let sequence = change.sequence { state.sequence = sequence }
      }
      let found = try store.state()
      #expect(found.refs == state.refs && found.lagging == state.lagging)
      #expect(found.base == state.base && found.intent == state.intent)
      #expect(found.sequence == state.sequence)
      for (id, content) in objects where random.once(in: 4) {
        #expect(try store.object(id)?.bytes == content)
      }
    }
    for boot in ["0", "new"] {
      let last = try Store.open(at: folder, host: host(boot: boot))
      for (id, content) in objects { #expect(try last.object(id)?.bytes == content) }
      // What lagging paths are said to have had was never stored.
      let damages = try last.verify(roots: Array(objects.keys)).damages
      #expect(damages.allSatisfy { $0.isMissing && !objects.keys.contains(where: $0.names) })
      #expect(try last.state().refs == state.refs)
    }
  }

  /// A random change whose ids name objects that a collection need not find.
  private func transaction(_ random: inout SplitMix, _ state: ReplicaState) -> Transaction {
    var change = Transaction(command: random.bytes(random.below(20)))
    for _ in 0..<random.below(3) {
      let name = bytes("ref\(random.below(6))")
      change.refs[name] = .some(random.once(in: 3) ? nil : random.bytes(random.below(50)))
    }
    for _ in 0..<random.below(3) {
      guard let path = try? Path(bytes("folder/file\(random.below(6))")) else { continue }
      let lag = Lag(
        reason: random.pick(Lag.Reason.allCases), since: [Digest.sha256(random.bytes(2))],
        entry: random.once(in: 2)
          ? nil
          : .file(
            Digest.sha256(random.bytes(3)), size: UInt64(random.below(1000)), mode: 0o600,
            mtime: Timestamp(seconds: -5, nanoseconds: 7)))
      change.lagging[path] = .some(random.once(in: 3) ? nil : lag)
    }
    if random.once(in: 2) { change.sequence = state.sequence + 1 }
    return change
  }
}

extension Damage {
  /// Whether it is that this object is missing.
  func names(_ id: ObjectID) -> Bool {
    if case .missing(id, _, _) = self { return true }
    return false
  }
}
