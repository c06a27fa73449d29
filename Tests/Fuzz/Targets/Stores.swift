import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport

/// A store on disk of which a fuzzer writes one file anew for each input.
struct FuzzedStore {
  let folder: String
  let files: [String: [UInt8]]
  let heads: [ObjectID]
  let ids: [ObjectID]

  /// A machine whose clock stands still; the name of a boot decides what is believed.
  static func host(_ boot: String = "boot") -> StoreHost {
    let random = LockedGenerator(5)
    return StoreHost(
      now: { Timestamp(seconds: 1_700_000_000) }, random: { random.bytes($0) },
      bootID: Array(boot.utf8))
  }

  /// Makes a store with a short history.
  ///
  /// - Parameters:
  ///   - isFolded: whether all of it is in packs.
  ///   - isCold: whether those were collected.
  ///   - isLong: whether large files were edited again and again, so that frames have prefixes.
  init(
    _ name: String, in folder: String, isFolded: Bool = false, isCold: Bool = false,
    isLong: Bool = false
  ) throws {
    self.folder = "\(folder)/\(name)"
    let place = Array(self.folder.utf8)
    let host = FuzzedStore.host()
    _ = try Store.create(at: place, host: host)
    let memory = MemoryHost("store")
    try memory.commit([("a", [1, 2, 3]), ("folder/b", Array("text\n".utf8))])
    try memory.commit([("a", [4]), ("folder/c", [UInt8](repeating: 7, count: 900))])
    // Each transaction on a journal beyond its bound folds it first.
    let store = try Store.open(at: place, host: host, journalLimit: isFolded ? 1 : 64 << 20)
    if isLong {
      var random = SplitMix(seed: 14)
      var content = random.bytes(3000)
      for edit in 0..<6 {
        content.insert(UInt8(edit), at: random.below(content.count))
        try memory.commit([("large", content), ("n\(edit)/\(edit)", [UInt8(edit)])])
      }
    }
    let all = memory.store.stored.values
    for part in [all.prefix(4), all.dropFirst(4)] {
      let ingest = try store.ingest()
      let worker = ingest.worker()
      for object in part { _ = try worker.put(object.kind, object.bytes) }
      try worker.finish()
      let (heads, tree) = (memory.current, try memory.store.commit(memory.current[0]).tree)
      try store.transact(ingest) { (_, transaction) throws(Never) in
        transaction.command = Array("fuzz".utf8)
        transaction.heads = heads
        transaction.base = .some(Base(commits: heads, tree: tree, conflicts: nil, renames: nil))
        transaction.refs = [Array("remote a".utf8): [1, 2]]
        transaction.lagging = [
          path("x"): Lag(
            reason: .held, since: heads, entry: .file(tree, size: 1, mode: 1, mtime: .zero))
        ]
        transaction.sequence = 2
      }
    }
    heads = memory.current
    if isCold {
      _ = try store.collect(grace: 0) { [heads] _ in heads }
    }
    ids = memory.store.stored.keys.sorted()
    var files: [String: [UInt8]] = [:]
    let directory = try Directory(place)
    for file in try directory.names() where file.starts(with: Array("journal-".utf8)) {
      let name = String(decoding: file, as: UTF8.self)
      files[name] = try FuzzedStore.read("\(self.folder)/\(name)")
    }
    for file in try Directory(place + Array("/packs".utf8)).names() {
      let name = "packs/" + String(decoding: file, as: UTF8.self)
      files[name] = try FuzzedStore.read("\(self.folder)/\(name)")
    }
    self.files = files
  }

  /// Opens the store with a file as an input has it, and asks for all that it should hold.
  func open(_ file: String, _ bytes: [UInt8]) throws -> Outcome {
    for (name, bytes) in files { try FuzzedStore.write("\(folder)/\(name)", bytes) }
    try FuzzedStore.write("\(folder)/\(file)", bytes)
    let boot = Checksum.xxh3(bytes) & 1 == 0 ? "boot" : "other"
    do {
      let store = try Store.open(at: Array(folder.utf8), host: FuzzedStore.host(boot))
      var (found, forged) = (0, 0)
      for id in ids {
        guard let object = try? store.object(id) else { continue }
        found += 1
        if Digest.object(object.kind, object.bytes) != id { forged += 1 }
      }
      let state = try store.state()
      let damages = try store.verify(roots: heads).damages.count
      // A checksum tells decay from content; what was forged with it, a check of hashes finds.
      if forged > 0, damages == 0 { throw Violation("forged content that no check finds") }
      let operations = try store.operations().count
      return .accepted(found, damages, operations, state.refs.count, state.packs.count)
    } catch let error as StoreError { return .refused(error) }
  }

  private static func read(_ path: String) throws -> [UInt8] {
    try File(Array(path.utf8), .read).readAll(atMost: 1 << 24)
  }

  /// Replaces a file: what an earlier input has mapped stays as it was.
  static func write(_ path: String, _ bytes: [UInt8]) throws {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let folder = try Directory(Array(path[..<slash].utf8))
    try AtomicFile.write(
      bytes, to: Array(path[path.index(after: slash)...].utf8), in: folder, durably: false)
  }
}

extension Target {
  /// Repairs what follows a byte that chooses.
  private static func behindChoice(
    _ repair: @escaping (inout [UInt8], inout SplitMix) -> Void
  ) -> (inout [UInt8], inout SplitMix) -> Void {
    { bytes, random in
      guard let first = bytes.first else { return }
      var rest = Array(bytes.dropFirst())
      repair(&rest, &random)
      bytes = [first] + rest
    }
  }

  /// Journals: a byte that chooses the store, and the file.
  static func journal(in folder: String) throws -> Target {
    let stores = [
      try FuzzedStore("journal", in: folder),
      try FuzzedStore("journal-long", in: folder, isLong: true),
      try FuzzedStore("journal-folded", in: folder, isFolded: true),
    ]
    var seeds: [[UInt8]] = []
    var names: [String] = []
    for (number, store) in stores.enumerated() {
      guard let (name, bytes) = store.files.first(where: { $0.key.hasPrefix("journal-") }) else {
        throw Violation("a store without a journal")
      }
      names.append(name)
      seeds.append([UInt8(number)] + bytes)
    }
    return Target(
      name: "journal", seeds: seeds, repair: behindChoice { JournalRepair.repair(&$0, &$1) }
    ) { input in
      let choice = Int(input.first ?? 0) % stores.count
      return try stores[choice].open(names[choice], Array(input.dropFirst()))
    }
  }

  /// Packs with their indexes: a byte that chooses the store, and the file.
  static func packs(in folder: String) throws -> Target {
    let stores = [
      try FuzzedStore("folded", in: folder, isFolded: true),
      try FuzzedStore("cold", in: folder, isFolded: true, isCold: true),
      try FuzzedStore("long", in: folder, isFolded: true, isLong: true),
      try FuzzedStore("cold-long", in: folder, isFolded: true, isCold: true, isLong: true),
    ]
    var seeds: [[UInt8]] = []
    var names: [String] = []
    for (number, store) in stores.enumerated() {
      let packs = store.files.filter { $0.key.hasPrefix("packs/") }
      guard let largest = packs.max(by: { $0.value.count < $1.value.count }) else {
        throw Violation("a store without a pack")
      }
      names.append(largest.key)
      seeds.append([UInt8(number)] + largest.value)
    }
    return Target(
      name: "packs", seeds: seeds, repair: behindChoice { PackRepair.repair(&$0, &$1) }
    ) { input in
      let choice = Int(input.first ?? 0) % stores.count
      return try stores[choice].open(names[choice], Array(input.dropFirst()))
    }
  }

  /// Side indexes, which a journal is read by.
  static func sides(in folder: String) throws -> Target {
    let store = try FuzzedStore("side", in: folder)
    let folded = try FuzzedStore("side-pack", in: folder, isFolded: true)
    guard let (name, journal) = store.files.first(where: { $0.key.hasPrefix("journal-") }),
      let pack = folded.files.filter({ $0.key.hasPrefix("packs/") }).values.max(by: {
        $0.count < $1.count
      })
    else { throw Violation("a store without a journal or a pack") }
    let seed = SideRepair.side(journal: journal, pack: pack, boot: "boot")
    return Target(
      name: "sides", seeds: [seed],
      repair: { SideRepair.repair(&$0, journal: journal, boot: "boot", &$1) }
    ) { input in
      try store.open(name + ".index", input)
    }
  }
}
