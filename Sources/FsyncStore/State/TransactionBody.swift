package import FsyncCore

/// What a transaction record says: numbers and time, and the changes.
///
/// Applied one after the other from the checkpoint on, bodies add up to the replica's state. A
/// checkpoint is a body that sets everything, applied to the state of nothing.
struct TransactionBody: Hashable, Sendable {
  /// The transaction's number.
  var serial: UInt64
  /// When it was made.
  var time: Timestamp
  /// The boot in which it was written.
  var bootID: [UInt8]
  /// What command made it.
  var command: [UInt8]

  var heads: [ObjectID]?
  var headsBefore: [ObjectID]?
  var base: Base??
  var baseBefore: Base??
  var refs: [[UInt8]: [UInt8]?] = [:]
  var lagging: [Path: Lag?] = [:]
  var intent: Intent??
  var sequence: UInt64?
  var packsAdded: [PackReference] = []
  var packsDropped: [[UInt8]] = []
  var drops: UInt64?
  var log: ObjectID?
  var repositoryID: RepositoryID?
  var isBare: Bool?
  var compression: Compression?
  var absences: ObjectID?

  /// Makes a body that changes nothing.
  init(serial: UInt64, time: Timestamp, bootID: [UInt8], command: [UInt8]) {
    self.serial = serial
    self.time = time
    self.bootID = bootID
    self.command = command
  }

  /// Makes the body of a transaction on a state.
  init(_ transaction: Transaction, on state: ReplicaState, at time: Timestamp, bootID: [UInt8]) {
    self.init(
      serial: state.serial + 1, time: time, bootID: bootID, command: transaction.command)
    if let heads = transaction.heads.map({ Set($0).sorted() }), heads != state.heads {
      self.heads = heads
      headsBefore = state.heads
    }
    if let base = transaction.base, base != state.base {
      self.base = .some(base)
      baseBefore = .some(state.base)
    }
    refs = transaction.refs.filter { state.refs[$0.key] != $0.value }
    lagging = transaction.lagging.filter { state.lagging[$0.key] != $0.value }
    if let intent = transaction.intent, intent != state.intent { self.intent = .some(intent) }
    if let sequence = transaction.sequence, sequence != state.sequence { self.sequence = sequence }
    repositoryID = transaction.repositoryID == state.repositoryID ? nil : transaction.repositoryID
    compression = transaction.compression == state.compression ? nil : transaction.compression
    absences = transaction.absences == state.absences ? nil : transaction.absences
  }

  /// Makes the checkpoint of a state.
  init(checkpoint state: ReplicaState, at time: Timestamp, bootID: [UInt8], command: [UInt8]) {
    self.init(serial: state.serial + 1, time: time, bootID: bootID, command: command)
    heads = state.heads
    base = .some(state.base)
    refs = state.refs.mapValues { .some($0) }
    lagging = state.lagging.mapValues { .some($0) }
    intent = .some(state.intent)
    sequence = state.sequence
    packsAdded = state.packs
    drops = state.drops
    log = state.log
    repositoryID = state.repositoryID
    isBare = state.isBare
    compression = state.compression
    absences = state.absences
  }

  /// Says whether it changes nothing.
  var isEmpty: Bool {
    heads == nil && base == nil && refs.isEmpty && lagging.isEmpty && intent == nil
      && sequence == nil && packsAdded.isEmpty && packsDropped.isEmpty && drops == nil
      && log == nil && repositoryID == nil && isBare == nil && compression == nil
      && absences == nil
  }

  /// Changes a state as the body says.
  func apply(to state: inout ReplicaState) {
    state.serial = serial
    state.time = time
    state.bootID = bootID
    if let heads { state.heads = heads }
    if let base { state.base = base }
    for (name, value) in refs { state.refs[name] = value }
    for (path, lag) in lagging { state.lagging[path] = lag }
    if let intent { state.intent = intent }
    if let sequence { state.sequence = sequence }
    if !packsDropped.isEmpty {
      let dropped = Set(packsDropped)
      state.packs.removeAll { dropped.contains($0.name) }
    }
    for pack in packsAdded where !state.packs.contains(where: { $0.name == pack.name }) {
      state.packs.append(pack)
    }
    if let drops { state.drops = drops }
    if let log { state.log = log }
    if let repositoryID { state.repositoryID = repositoryID }
    if let isBare { state.isBare = isBare }
    if let compression { state.compression = compression }
    if let absences { state.absences = absences }
  }
}

/// What the operation log says of one transaction.
package struct OperationRecord: Hashable, Sendable {
  /// The transaction's number.
  package let serial: UInt64
  /// When it was made, by this machine's clock.
  package let time: Timestamp
  /// What command made it.
  package let command: [UInt8]
  /// The heads before and after it; nil where it did not change them.
  package let heads: (before: [ObjectID], after: [ObjectID])?
  /// The base before and after it; nil where it did not change it.
  package let base: (before: Base?, after: Base?)?

  init(_ body: TransactionBody) {
    serial = body.serial
    time = body.time
    command = body.command
    heads = body.heads.map { (body.headsBefore ?? [], $0) }
    base = body.base.map { ((body.baseBefore ?? nil), $0) }
  }

  /// Says whether two records tell the same.
  package static func == (left: OperationRecord, right: OperationRecord) -> Bool {
    left.serial == right.serial && left.time == right.time && left.command == right.command
      && left.heads?.before == right.heads?.before && left.heads?.after == right.heads?.after
      && left.base?.before == right.base?.before && left.base?.after == right.base?.after
  }

  /// Hashes what tells records apart.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(serial)
    hasher.combine(command)
  }
}
