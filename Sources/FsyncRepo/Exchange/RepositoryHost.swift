internal import FsyncCore
internal import FsyncStore
internal import FsyncSystem
internal import FsyncWire

/// A repository as one side of a session.
final class RepositoryHost: ExchangeHost {
  /// Which side it is.
  enum Side {
    /// The one that asks; what arrives waits under this name.
    case client(quarantine: [UInt8])
    /// The one that answers: it commits its folder first, and writes it in the end; but for a peer
    /// that may only read it changes nothing at all.
    case server(isReadOnly: Bool)
    /// The one that writes or reads a bundle.
    case bundle
  }

  /// Seconds that the end of an earlier session is waited for.
  private static let patience: Double = 10

  private let opened: Repository
  private let side: Side
  private let arrivals: Arrivals
  private let stored: CommitGraph
  private let arrived: CommitGraph
  private let drops: UInt64
  private var quarantineName: [UInt8]?
  private var peer: Standing?
  /// The only objects that are taken; nil for any.
  var accepted: Set<ObjectID>?
  /// How many bytes may still arrive; nil for any number.
  private var room: UInt64?
  /// What the server wrote into its folder.
  private(set) var update = UpdateResult()

  let repository: RepositoryID?
  let compression: Compression

  /// Makes a side of a session that has not begun.
  init(_ repository: Repository, _ side: Side) throws(RepositoryError) {
    let state = try repository.state()
    opened = repository
    self.side = side
    self.repository = state.repositoryID
    compression = state.compression
    drops = state.drops
    arrivals = Arrivals(repository.store)
    stored = repository.graph()
    arrived = repository.graph(over: arrivals)
    switch side {
    case .client(let name): try resume(name)
    case .bundle, .server(isReadOnly: true): break
    case .server(isReadOnly: false):
      room = try repository.configuration.quota.map { quota throws(RepositoryError) in
        let size = try repository.storeSize()
        return quota > size ? quota - size : 0
      }
    }
  }

  private var isReadOnly: Bool {
    if case .server(isReadOnly: true) = side { true } else { false }
  }

  var holdings: any Holdings { arrivals }
  var source: any FrameSource { StoreSource(store: opened.store) }
  var delivered: UInt64 { arrivals.quarantine?.delivered ?? 0 }
  var replica: (id: ReplicaID, name: [UInt8]) { (opened.replica.id, opened.replica.name) }

  func heads() throws(HostError) -> [ObjectID] {
    try own { () throws(RepositoryError) in try opened.state().heads }
  }

  func completeness() throws(HostError) -> Completeness {
    try own { () throws(RepositoryError) in
      let state = try opened.state()
      guard state.absences != nil else { return .whole }
      // A view that the folder shows is there.
      guard state.heads.count > 1, state.base?.commits != state.heads else { return .pruned }
      return isViewWanting(state.heads) ? .wanting : .pruned
    }
  }

  func absent() throws(HostError) -> Set<ObjectID> {
    try own { () throws(RepositoryError) in
      let state = try opened.state()
      do throws(StoreError) { return try opened.store.absences(of: state).commits } catch {
        throw RepositoryError(error)
      }
    }
  }

  /// Says whether the view of heads needs content that is not here.
  private func isViewWanting(_ heads: [ObjectID]) -> Bool {
    do throws(ViewError) {
      let overlay = ObjectOverlay(over: opened.store)
      _ = try Views.view(of: heads, graph: stored, objects: overlay)
    } catch {
      if case .unavailable(.content) = error { return true }
    }
    return false
  }

  func graph(over reader: any ObjectReader) -> CommitGraph {
    reader is Arrivals ? arrived : stored
  }

  func prepare(for peer: Standing) throws(HostError) {
    try own { () throws(RepositoryError) in
      if case .bundle = side { return try resume(Array("bundle ".utf8) + peer.replica.bytes) }
      // Whoever may only read may claim to be anybody, and takes nothing from that one.
      if isReadOnly { return try opened.announce() }
      // What others have left costs room, and no sync.
      try? opened.store.clearQuarantines()
      try resume(Array("peer ".utf8) + peer.replica.bytes)
      if !opened.isBare {
        var options = CommitOptions()
        options.kind = .automatic
        options.listsChanges = false
        _ = try opened.commit(options)
      }
      try opened.announce()
    }
  }

  func met(_ peer: Standing) throws(HostError) {
    self.peer = peer
    if isReadOnly { return }
    try own { () throws(RepositoryError) in
      var isCopied = peer.replica == opened.replica.id
      // One's own bundle of an earlier day is no copy: only what it has beyond this says so.
      if case .bundle = side { isCopied = false }
      do throws(ObjectError) {
        for tip in peer.beyond.tips[opened.replica.id] ?? [] where !isCopied {
          isCopied = try !stored.contains(tip.commit)
        }
      } catch { throw .object(error) }
      if isCopied { try opened.renewReplica() }
    }
  }

  func keep(_ frame: VerifiedFrame, encoded: [UInt8]) throws(HostError) {
    try own { () throws(RepositoryError) in
      if let accepted, let other = frame.frame.objects.first(where: { !accepted.contains($0.id) }) {
        throw .exchange(.protocolViolation("object \(other.id) was not asked for"))
      }
      let arrived = (arrivals.quarantine?.received ?? 0) + UInt64(encoded.count)
      if let room, arrived > room { throw .exchange(.remote(.full, "its quota is used up")) }
      if arrivals.quarantine == nil, let quarantineName { try receive(into: quarantineName) }
      do throws(StoreError) {
        try arrivals.quarantine?.append(
          verified: frame.frame, content: frame.content, encoded: encoded)
      } catch { throw RepositoryError(error) }
    }
  }

  func join(
    _ heads: [ObjectID], repository: RepositoryID?, absent: Set<ObjectID>
  ) throws(HostError) -> Joined {
    try own { () throws(RepositoryError) in
      if !heads.isEmpty, !isReadOnly { try join(heads, taking: repository, absent: absent) }
      if case .server(isReadOnly: false) = side, !opened.isBare { try bringUpToDate() }
      let state = try opened.state()
      return Joined(
        heads: state.heads, view: state.base?.tree,
        conflicts: try opened.openConflicts(state.base?.conflicts),
        problems: update.problems.count)
    }
  }

  /// Brings the folder to the view; where that needs content that only others may have, it stays
  /// as it is, and the client is told of a problem.
  private func bringUpToDate() throws(RepositoryError) {
    do throws(RepositoryError) { update = try opened.update() } catch {
      guard case .unavailable = error else { throw error }
      update.problems.append(PathProblem(path: [], reason: .notWritten))
    }
  }

  private func join(
    _ heads: [ObjectID], taking id: RepositoryID?, absent: Set<ObjectID>
  ) throws(RepositoryError) {
    let graph = arrived
    let time = opened.timestamp()
    let cause = peer.map { AbsenceRecord.Cause.arrived(from: $0.replica, name: $0.name) }
    let (quarantine, drops) = (arrivals.quarantine, drops)
    do {
      try opened.store.transact { (state, transaction) throws(CommitFailure) in
        // What was found here and not sent may have been dropped by a gc meanwhile.
        guard state.drops == drops else { throw .moved }
        if let id {
          guard state.repositoryID == nil || state.repositoryID == id else { throw .moved }
          transaction.repositoryID = id
        }
        if let quarantine { transaction.adopt(quarantine) }
        do throws(ObjectError) {
          if let cause, !absent.isEmpty {
            let new = try graph.missing(from: heads, having: state.heads)
            transaction.record(
              absent: absent.intersection(new), cause, at: time, on: state)
          }
          let joined = try graph.join(state.heads, heads)
          if joined != state.heads { transaction.heads = joined }
        } catch { throw .object(error) }
        transaction.command = Array("join".utf8)
      }
    } catch {
      switch error {
      case .store(let error): throw RepositoryError(error)
      case .refused(.moved): throw .contended
      case .refused(.object(let error)): throw .object(error)
      }
    }
    arrivals.quarantine = nil
    opened.careForGraph(.extend)
  }

  /// What has arrived, and is not part of the store yet; nil where nothing has.
  var quarantine: Quarantine? { arrivals.quarantine }

  /// Makes what has arrived part of the store, durably, and of no head.
  /// - Returns: the objects that have.
  func adoptArrivals() throws(RepositoryError) -> [ObjectID] {
    guard let quarantine = arrivals.quarantine else { return [] }
    let ids = quarantine.ids
    do {
      try opened.store.transact { (_, transaction) throws(Never) in
        transaction.adopt(quarantine)
        transaction.command = Array("repair".utf8)
      }
    } catch { throw RepositoryError(error) }
    arrivals.quarantine = nil
    return ids
  }

  /// Goes on with what an interrupted session of this name delivered.
  private func resume(_ name: [UInt8]) throws(RepositoryError) {
    quarantineName = name
    if opened.store.hasQuarantine(named: name) { try receive(into: name) }
  }

  private func receive(into name: [UInt8]) throws(RepositoryError) {
    do throws(StoreError) {
      do throws(StoreError) {
        // Whoever was cut off is back before the session it lost has noticed, and wants what that
        // one received.
        arrivals.quarantine = try opened.store.quarantine(
          named: name, waiting: RepositoryHost.patience)
      } catch {
        guard case .busy = error else { throw error }
        // The end of another session of this peer that has not yet noticed that it is over.
        arrivals.quarantine = try opened.store.passingQuarantine()
      }
    } catch { throw RepositoryError(error) }
  }
}

extension Repository {
  /// Makes durable what the heads tell, before another machine hears of it.
  func announce() throws(RepositoryError) {
    do { try store.makeDurable() } catch { throw RepositoryError(error) }
  }

  /// Takes a new replica id, after a peer has shown that another folder commits under this one.
  ///
  /// Numbers go on rising, so that a kill between the file and the next commit is harmless.
  func renewReplica() throws(RepositoryError) {
    let lock = try lockTree()
    defer { _ = lock }
    let folder = try calling(place.folder) { () throws(SystemError) in
      try Directory(place.folder)
    }
    let renewed = Replica(id: Replica.randomID(), name: replica.name, place: replica.place)
    try calling(place.folder) { () throws(SystemError) in
      try AtomicFile.write(renewed.encoded, to: Replica.fileName, in: folder)
    }
    replica = renewed
  }
}

/// Does a repository's part of a session, and words its failure for the other side too.
private func own<Value>(
  _ body: () throws(RepositoryError) -> Value
) throws(HostError) -> Value {
  do throws(RepositoryError) { return try body() } catch { throw HostError(error.failure, error) }
}
