package import FsyncCore
package import FsyncWire

/// Objects in memory, those that arrived apart from those that are stored.
package final class MemoryStore: Holdings, FrameSource {
  /// What is stored.
  package var stored: [ObjectID: StoredObject] = [:]
  /// What has arrived from a peer and is part of nothing.
  package var arrived: [ObjectID: StoredObject] = [:]
  /// Stored frames.
  package var frames: [[UInt8]] = []
  /// The number of the frame that each object lies in.
  package var places: [ObjectID: Int] = [:]

  /// Makes an empty store.
  package init() {}

  /// See `ObjectReader`.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    stored[id] ?? arrived[id]
  }
  /// See `Holdings`.
  package func contains(_ id: ObjectID) throws(ObjectError) -> Bool {
    stored[id] != nil || arrived[id] != nil
  }
  /// See `Holdings`.
  package func hasArrived(_ id: ObjectID) -> Bool { arrived[id] != nil }
  /// See `Holdings`.
  package func kind(of id: ObjectID) -> ObjectKind? { (arrived[id] ?? stored[id])?.kind }
  /// See `Holdings`.
  package func length(of id: ObjectID) -> Int? { arrived[id]?.bytes.count }
  /// See `FrameSource`.
  package func place(of id: ObjectID) throws(ObjectError) -> FramePlace? {
    places[id].map { FramePlace(file: 0, offset: UInt64($0)) }
  }
  /// See `FrameSource`.
  package func frame(holding id: ObjectID) throws(ObjectError) -> [UInt8]? {
    places[id].map { frames[$0] }
  }

  /// Stores objects in frames of some size.
  package func store(_ objects: [StoredObject], frameBound: Int = 100_000) {
    let encoder = FrameEncoder(.standard)
    var pending: [ObjectID] = []
    func flush() {
      guard !encoder.isEmpty else { return }
      for id in pending { places[id] = frames.count }
      frames.append(encoder.finish().encoded)
      pending = []
    }
    for object in objects where stored[object.id] == nil {
      if encoder.rawLength + object.bytes.count > frameBound { flush() }
      encoder.add(object.id, object.kind, object.bytes)
      pending.append(object.id)
      stored[object.id] = object
    }
    flush()
  }
}
