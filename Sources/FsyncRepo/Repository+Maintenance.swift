internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem

extension Repository {
  /// What nothing has reached for so many seconds is dropped: two weeks.
  static let grace: Int64 = 14 * 86_400

  /// Compresses history as a whole, where that has become worth it: after a commit.
  ///
  /// Whether it has is a matter of some sizes; if it has, the work is done at a low level. A
  /// commit does not depend on it: what fails is for the next time.
  package func collectIfWorthwhile() {
    guard configuration.collectsByItself, (try? store.isWorthCollecting()) == true else { return }
    _ = try? collect(dryRun: false, isQuick: true)
  }

  /// Lets a collection use all processors, stop where a person wants it, and tell how far it is.
  var collectControl: CollectControl {
    var control = CollectControl(threads: configuration.threads ?? Workers.processors)
    control.shouldStop = { Interruption.isRequested }
    let progress = progress
    control.progress = { progress.report(.collecting, $0, $1, $2) }
    return control
  }

  /// Lets the compression hold that is configured, where the store goes by another.
  func settleCompression() throws(RepositoryError) {
    guard let wanted = configuration.ownCompression, try state().compression != wanted else {
      return
    }
    do {
      try store.transact { (_, transaction) throws(Never) in
        transaction.isDurable = false
        transaction.command = Array("config".utf8)
        transaction.compression = wanted
      }
    } catch { throw RepositoryError(error) }
  }

  /// Makes what is lost or missing of the cache of the commit graph.
  package func mendGraph() { careForGraph(.complete) }

  /// Says whether enough has gathered since history was last compressed as a whole.
  package func isWorthCollecting() throws(RepositoryError) -> Bool {
    do { return try store.isWorthCollecting() } catch { throw RepositoryError(error) }
  }

  /// Bytes of packs and journal.
  package func storeSize() throws(RepositoryError) -> UInt64 {
    do { return try store.size() } catch { throw RepositoryError(error) }
  }

  /// Compresses history as a whole, and drops what nothing has reached for two weeks.
  /// - Parameters:
  ///   - dryRun: count, change nothing.
  ///   - isQuick: be done soon rather than end up as small as can be; give way to another.
  package func collect(
    dryRun: Bool, isQuick: Bool = false
  ) throws(RepositoryError) -> CollectResult {
    progress.report(.collecting, 0, nil, 0)
    var result = CollectResult()
    // First: commits are quickest to read in the order in which they came, and a collection that
    // is stopped halfway should not cost the cache.
    if !dryRun {
      try settleCompression()
      careForGraph(.complete)
      try checkInterruption()
    }
    var control = collectControl
    control.isQuick = isQuick
    do throws(StoreError) {
      if dryRun {
        let found = try store.collectable(grace: Repository.grace) { state throws(StoreError) in
          try contentRootsIfPruned(state)
        }
        result.objectsDropped = found.dropped
        result.bytesBefore = found.bytesBefore
        result.bytesAfter = found.bytesAfter
        return result
      }
      let done = try store.collect(grace: Repository.grace, control: control) {
        state throws(StoreError) in
        try contentRootsIfPruned(state)
      }
      result.objectsDropped = done.dropped
      result.objectsRewritten = done.rewritten
      result.bytesBefore = done.bytesBefore
      result.bytesAfter = done.bytesAfter
      try store.dropQuarantines(
        before: Timestamp(seconds: now().seconds - Repository.grace))
    } catch { throw RepositoryError(error) }
    return result
  }

  /// Verifies everything that is stored: each frame's checksum, each object's hash, and every
  /// reference; and finds out what people lose by what is missing.
  /// - Parameter quick: checksums only.
  package func check(quick: Bool) throws(RepositoryError) -> CheckReport {
    try checkReport(try verification(quick: quick))
  }

  /// Words what verification found, and says whom it harms.
  func checkReport(_ found: Verification) throws(RepositoryError) -> CheckReport {
    var report = CheckReport(found)
    if !report.missing.isEmpty {
      var walk = HarmWalk(store, missing: Set(report.missing))
      report.harm = walk.harm(under: try state().heads)
    }
    return report
  }

  /// What is needed besides what the state names.
  ///
  /// Where history is damaged it cannot be known, and what is damaged is found anyway.
  func neededRoots() throws(StoreError) -> [ObjectID] {
    let state = try store.state()
    return (try? contentRootsIfPruned(state)) ?? []
  }

  /// Verifies what is stored.
  func verification(quick: Bool) throws(RepositoryError) -> Verification {
    progress.report(.checking, 0, nil, 0)
    do throws(StoreError) {
      return quick ? try store.verifyChecksums() : try store.verify(roots: try neededRoots())
    } catch { throw RepositoryError(error) }
  }

}

extension CheckReport {
  /// Words what verification found.
  init(_ found: Verification) {
    frames = found.frames
    objects = found.objects
    bytes = found.bytes
    damages = found.damages.map(CheckReport.describe)
    missing = found.missing
  }

  /// A damage as one line.
  private static func describe(_ damage: Damage) -> String {
    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    func needed(_ by: ObjectID?) -> String { by.map { "needed by \($0)" } ?? "needed as a head" }
    switch damage {
    case .journal(let file): return "journal \(text(file)) is damaged"
    case .pack(let file): return "pack \(text(file)) is missing or ruined"
    case .index(let file): return "the index of pack \(text(file)) is damaged"
    case .frame(let file, let offset, let objects):
      return "frame at \(offset) of \(text(file)) is damaged, with \(objects.count) objects"
    case .object(let id, let file): return "object \(id) in \(text(file)) is damaged"
    case .malformed(let id): return "object \(id) does not decode"
    case .missing(let id, let kind, let by):
      return "\(kind.map { "\($0)" } ?? "object") \(id) is missing, \(needed(by))"
    case .wrongKind(let id, let expected, let by):
      return "object \(id) is no \(expected), \(needed(by))"
    }
  }
}
