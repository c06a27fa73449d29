package import FsyncCore

/// The changes that one transaction makes; what is nil or empty stays as it is.
///
/// A transaction's body fills it while the writer lock is held, and may put small objects.
package struct Transaction: Sendable {
  /// What command makes it, for the operation log.
  package var command: [UInt8] = []
  /// The new heads.
  package var heads: [ObjectID]?
  /// The new base: `.some(nil)` removes it.
  package var base: Base??
  /// Refs to set, or to remove where the value is nil.
  package var refs: [[UInt8]: [UInt8]?] = [:]
  /// Lagging paths to set, or to remove where the value is nil.
  package var lagging: [Path: Lag?] = [:]
  /// The new intent: `.some(nil)` ends it.
  package var intent: Intent??
  /// The new highest own sequence number.
  package var sequence: UInt64?
  /// The repository's id.
  package var repositoryID: RepositoryID?
  /// How frames are compressed from now on.
  package var compression: Compression?
  /// Whether it must survive a power cut once it is made.
  ///
  /// What is no loss need not wait for the disk; the next transaction, or whoever tells another
  /// machine of the store, makes it durable on the way. Content always is.
  package var isDurable = true
  /// The newest record of commits whose content is not all here; see `record(absent:)`.
  package internal(set) var absences: ObjectID?
  /// Arrived frames that become part of the store.
  private(set) var adopted: [Quarantine] = []
  private(set) var objects: [(id: ObjectID, kind: ObjectKind, bytes: [UInt8])] = []
  private var known: Set<ObjectID> = []

  /// Makes a transaction that changes nothing.
  package init(command: [UInt8] = []) {
    self.command = command
  }

  /// Adds a small object, to be stored with the transaction; returns its id.
  @discardableResult
  package mutating func put(_ kind: ObjectKind, _ bytes: [UInt8]) -> ObjectID {
    let id = Digest.object(kind, bytes)
    if known.insert(id).inserted { objects.append((id, kind, bytes)) }
    return id
  }

  /// Makes what arrived in a quarantine part of the store.
  package mutating func adopt(_ quarantine: Quarantine) {
    adopted.append(quarantine)
  }

  /// Says whether it changes no state; objects alone do not count.
  package var isEmpty: Bool {
    heads == nil && base == nil && refs.isEmpty && lagging.isEmpty && intent == nil
      && sequence == nil && repositoryID == nil && compression == nil && absences == nil
  }
}
