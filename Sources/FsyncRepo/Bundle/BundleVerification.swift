internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

/// A repository, or none, as a bundle is looked through: whatever an import would check is
/// checked, and nothing is kept.
final class VerifyingHost: ExchangeHost {
  private let opened: Repository?
  private let content: BundleContent
  private let state: ReplicaState
  let replica: (id: ReplicaID, name: [UInt8])
  /// Where the bytes of the message that is being taken end in the file.
  var position: UInt64 = 0

  init(_ repository: Repository?, _ content: BundleContent) throws(RepositoryError) {
    opened = repository
    self.content = content
    state = try repository?.state() ?? ReplicaState()
    replica = repository.map { ($0.replica.id, $0.replica.name) } ?? (Replica.randomID(), [])
  }

  var repository: RepositoryID? { state.repositoryID }
  var compression: Compression { state.compression }
  var holdings: any Holdings { content }
  var source: any FrameSource { content }
  var delivered: UInt64 { 0 }

  func completeness() -> Completeness { .whole }
  func heads() -> [ObjectID] { state.heads }
  func absent() throws(HostError) -> Set<ObjectID> {
    guard let opened else { return [] }
    do throws(StoreError) { return try opened.store.absences(of: state).commits } catch {
      let error = RepositoryError(error)
      throw HostError(error.failure, error)
    }
  }
  func graph(over reader: any ObjectReader) -> CommitGraph {
    opened?.graph(over: reader) ?? CommitGraph(reader)
  }
  func prepare(for peer: Standing) {}
  func met(_ peer: Standing) {}
  func keep(_ frame: VerifiedFrame, encoded: [UInt8]) {
    // Eight bytes of checksum follow the frame in its message.
    content.add(frame, length: encoded.count, endingAt: position - 8)
  }
  func join(
    _ heads: [ObjectID], repository: RepositoryID?, absent: Set<ObjectID>
  ) -> Joined { Joined(heads: heads) }
}

extension Repository {
  /// Looks through a bundle as an import would, and changes nothing.
  ///
  /// Of one that comes by the standard input a copy is made meanwhile.
  /// - Parameters:
  ///   - source: where it is read from.
  ///   - repository: the one that it is to be imported into; nil for what can be said without.
  package static func checkBundle(
    _ source: BundleSource, for repository: Repository?, progress: Progress = .none
  ) throws(RepositoryError) -> BundleCheck {
    let bytes = try BundleBytes(
      source,
      copyingIn: repository.map { RepositoryPlace.join($0.folder, Array("stage".utf8)) }
        ?? Host.environment("TMPDIR") ?? Array("/tmp".utf8))
    let content = BundleContent(bytes, over: repository.map { StoreSource(store: $0.store) })
    let host = try VerifyingHost(repository, content)
    var reading = BundleReading(
      Endpoint(bundle: host, isVerifying: true), repository: host.repository)
    _ = try reading.run(
      source, progress: progress,
      checking: { () throws(RepositoryError) in try repository?.checkInterruption() },
      noted: { part throws(RepositoryError) in try bytes.note(part) },
      taken: { host.position = UInt64(BundleFormat.headLength) + $0 })
    guard let hello = reading.endpoint.hello else { throw .bundle(.truncated) }
    var check = BundleCheck(summary: BundleSummary(hello))
    check.summary.commits = content.commits
    check.summary.objects = content.count
    check.summary.bytes = reading.length
    check.missing = reading.endpoint.missing
    check.unverified = reading.endpoint.unverified
    if check.missing.isEmpty {
      check.new = try readingObjects { () throws(ObjectError) in
        try host.graph(over: content).missing(from: hello.standing.heads, having: host.heads())
          .count
      }
    }
    return check
  }
}
