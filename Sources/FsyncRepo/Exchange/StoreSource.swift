internal import FsyncCore
internal import FsyncStore
internal import FsyncWire

/// A store as a sender reads from it: objects, and frames as they lie there.
struct StoreSource: FrameSource {
  let store: Store

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? { try store.object(id) }

  func place(of id: ObjectID) throws(ObjectError) -> FramePlace? {
    store.location(of: id).map { FramePlace(file: $0.source, offset: $0.offset) }
  }

  func frame(holding id: ObjectID) throws(ObjectError) -> [UInt8]? {
    try store.frame(holding: id)
  }

  func contains(_ id: ObjectID) throws(ObjectError) -> Bool { try store.contains(id) }
}

/// What a receiver has: what arrived, over what is stored.
final class Arrivals: Holdings {
  private let store: Store
  /// Where frames arrive; nil until the first one does.
  var quarantine: Quarantine?

  init(_ store: Store) {
    self.store = store
  }

  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    if let quarantine { return try quarantine.object(id) }
    return try store.object(id)
  }

  func contains(_ id: ObjectID) throws(ObjectError) -> Bool {
    if let quarantine { return try quarantine.contains(id) }
    return try store.contains(id)
  }

  func hasArrived(_ id: ObjectID) -> Bool { quarantine?.hasArrived(id) ?? false }

  func kind(of id: ObjectID) -> ObjectKind? { quarantine?.kind(of: id) ?? store.kind(of: id) }

  // Of what is stored only a frame's table has it, and reading that is reading the object.
  func length(of id: ObjectID) -> Int? { quarantine?.length(of: id) }
}
