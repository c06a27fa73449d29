import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import HistoryGenerator
import TestSupport
import Testing

/// What people ask of history, with the cache of the commit graph and without.
@Suite struct HistoryCacheTests {
  /// What the log shows for some queries, and the states that texts name.
  private func answers(_ repository: Repository, _ paths: [Path]) throws -> [[ObjectID]] {
    var result: [[ObjectID]] = []
    func log(isOrdered: Bool = false, _ change: (inout LogQuery) -> Void) throws {
      var query = LogQuery()
      change(&query)
      var ids: [ObjectID] = []
      try repository.log(query, isOrdered: isOrdered) { entry throws(ObjectError) in
        ids.append(entry.id)
        return true
      }
      result.append(ids)
    }
    try log { $0.limit = 20 }
    try log { _ in }
    try log(isOrdered: true) { _ in }
    for path in paths {
      try log { $0.paths = [path] }
      try log {
        $0.paths = [path]
        $0.limit = 3
      }
      try log {
        $0.paths = [path]
        $0.deletedOnly = true
      }
    }
    try log { $0.paths = paths }
    // Page by page it is the same, whatever a page may look at.
    var asked: [(whole: [ObjectID], paths: [Path])] = [(result[1], [])]
    for (index, path) in paths.enumerated() { asked.append((result[3 + 3 * index], [path])) }
    for (whole, paths) in asked {
      var pages: [ObjectID] = []
      var next: ObjectID?
      repeat {
        var query = LogQuery()
        query.paths = paths
        query.limit = 40
        query.patience = 300
        query.after = next
        var page: [ObjectID] = []
        let tired = try repository.log(query) { entry throws(ObjectError) in
          page.append(entry.id)
          return true
        }
        pages += page
        next = page.count == 40 ? page.last : tired
      } while next != nil
      #expect(pages == whole)
    }
    let all = result[1]
    for id in [all[0], all[all.count / 2], all[all.count - 1]] {
      let time = try repository.graph().commit(id).time
      try log { $0.since = time }
      let history = try repository.history()
      result.append(try history.graph.heads(history.heads, by: time))
      guard case .commit(let found) = try repository.moment(String(id.description.prefix(12)))
      else { continue }
      result.append([found])
    }
    return result
  }

  private func withoutCache(_ repository: Repository) throws -> Repository {
    let folder = Array("\(utf8: repository.folder)/graph".utf8)
    let directory = try Directory(folder)
    for name in try directory.names() { try directory.unlink(name) }
    let again = try Repository.open(at: repository.folder)
    #expect(again.graph().cacheNames.isEmpty)
    return again
  }

  @Test(arguments: [1, 5])
  func aLongHistoryIsTheSameWithoutTheCache(replicas: Int) throws {
    let directory = try TemporaryDirectory()
    let repository = try Repository.make("long", in: directory, bare: true)
    // A bare repository takes the identity of the first one it meets; here there is none to meet.
    try repository.store.transact { (_, transaction) throws(Never) in
      transaction.repositoryID = RepositoryID(Host.randomBytes(16))
    }
    var history = GeneratedHistory(count: 1500)
    history.replicas = replicas
    try history.write(to: repository)
    _ = try repository.collect(dryRun: false)
    let cached = try Repository.open(at: repository.folder)
    #expect(cached.graph().cacheNames.count == 1)
    let paths = [path("folder-03/file-07"), path("folder-11"), path("nowhere")]
    let quick = try answers(cached, paths)
    #expect(quick[1].count == 1500)
    #expect(try answers(try withoutCache(cached), paths) == quick)
  }

  @Test func renamesAreFollowedThroughTheCache() throws {
    let directory = try TemporaryDirectory()
    let repository = try Repository.make("r", in: directory)
    try repository.tree.write("old/name", "one\ntwo\nthree\n")
    try repository.tree.write("other", "x")
    try repository.commit("first")
    try repository.tree.write("old/name", "one\ntwo\nthree\nfour\n")
    try repository.commit("second")
    try repository.tree.move("old", "new")
    try repository.commit("moved")
    for number in 0..<80 {
      try repository.tree.write("other", "\(number)")
      try repository.commit("\(number)")
    }
    try repository.tree.remove("new/name")
    try repository.commit("gone")
    _ = try repository.collect(dryRun: false)
    let cached = try Repository.open(at: repository.folder)
    #expect(!cached.graph().cacheNames.isEmpty)
    let paths = [path("new/name"), path("old/name"), path("new"), path("other")]
    let quick = try answers(cached, paths)
    // Gone, moved, second, first.
    #expect(quick[3].count == 4)
    #expect(try answers(try withoutCache(cached), paths) == quick)
  }

  @Test func commitsExtendTheCacheAndDoNotRewriteIt() throws {
    let directory = try TemporaryDirectory()
    let repository = try Repository.make("r", in: directory)
    for number in 0..<100 {
      try repository.tree.write("file", "\(number)")
      try repository.commit("\(number)")
    }
    let opened = try Repository.open(at: repository.folder)
    let graph = opened.graph()
    #expect(!graph.cacheNames.isEmpty)
    let heads = try opened.state().heads
    #expect(try graph.countBeyondCache(heads, atMost: 1000) < 64)
    let folder = try Directory(Array("\(utf8: repository.folder)/graph".utf8))
    #expect(try folder.names().count == graph.cacheNames.count + 2)
    #expect(graph.cacheNames.count <= 3)
  }

  @Test func aDamagedCacheIsMadeAnew() throws {
    let directory = try TemporaryDirectory()
    let repository = try Repository.make("r", in: directory)
    for number in 0..<70 {
      try repository.tree.write("file", "\(number)")
      try repository.commit("\(number)")
    }
    _ = try repository.collect(dryRun: false)
    let folder = Array("\(utf8: repository.folder)/graph".utf8)
    let paths = [path("file")]
    let good = try answers(try Repository.open(at: repository.folder), paths)
    let name = try #require(try Directory(folder).names().first { $0.count == 16 })
    let size = try Stat(path: folder + [0x2f] + name).size
    for offset in stride(from: UInt64(20), to: size, by: 397) {
      let file = try File(folder + [0x2f] + name, .readWrite)
      let byte = try file.read(1, at: offset)
      try file.write([byte[0] ^ 0x10], at: offset)
      #expect(try answers(try Repository.open(at: repository.folder), paths) == good)
      try file.write(byte, at: offset)
    }
    let file = try File(folder + [0x2f] + name, .readWrite)
    try file.write([1, 2, 3], at: 12)
    let broken = try Repository.open(at: repository.folder)
    #expect(broken.graph().cacheNames.isEmpty)
    _ = try broken.collect(dryRun: false)
    let mended = try Repository.open(at: repository.folder)
    #expect(mended.graph().cacheNames.count == 1)
    #expect(try answers(mended, paths) == good)
  }

  @Test func aCacheOfAnotherRepositoryIsNotBelieved() throws {
    let directory = try TemporaryDirectory()
    let repositories = try ["a", "b"].map { name in
      let repository = try Repository.make(name, in: directory)
      for number in 0..<70 {
        try repository.tree.write("file", "\(name) \(number)")
        try repository.commit("\(number)")
      }
      _ = try repository.collect(dryRun: false)
      return repository
    }
    let paths = [path("file")]
    let good = try answers(try Repository.open(at: repositories[0].folder), paths)
    let own = try Directory(Array("\(utf8: repositories[0].folder)/graph".utf8))
    let other = try Directory(Array("\(utf8: repositories[1].folder)/graph".utf8))
    for name in try own.names() { try own.unlink(name) }
    for name in try other.names() {
      let bytes = try other.file(name, .read).readAll(atMost: 1 << 20)
      let file = try own.file(name, .create(mode: 0o644))
      try file.write(bytes)
    }
    let fooled = try Repository.open(at: repositories[0].folder)
    #expect(fooled.graph().cacheNames.isEmpty)
    #expect(try answers(fooled, paths) == good)
  }

  @Test func aCloneHasACache() throws {
    let directory = try TemporaryDirectory()
    let repository = try Repository.make("r", in: directory)
    for number in 0..<70 {
      try repository.tree.write("file", "\(number)")
      try repository.commit("\(number)")
    }
    let clone = try repository.clone("c", in: directory)
    let opened = try Repository.open(at: clone.folder)
    #expect(opened.graph().cacheNames.count == 1)
    let paths = [path("file")]
    #expect(try answers(opened, paths) == answers(repository, paths))
  }
}
