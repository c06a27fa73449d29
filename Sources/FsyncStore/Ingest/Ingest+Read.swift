package import FsyncCore

/// Reads what an ingest has gathered, before any transaction, over what the store has.
///
/// Every worker must have finished.
package struct IngestReader: ObjectReader {
  private let ingest: Ingest
  private let source = FrameSource.next()
  /// Small, since it comes on top of what a large commit holds; trees are read in order.
  private let cache = FrameCache(capacity: 4 << 20)

  /// Makes a reader of an ingest.
  package init(_ ingest: Ingest) {
    self.ingest = ingest
  }

  /// Returns a new object, or one that the store has; nil where neither has it.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    guard let slot = ingest.known.slot(of: id) else { return try ingest.store.object(id) }
    let key = FrameCache.Key(source: source, offset: UInt64(slot.frame))
    let frame: DecodedFrame
    if let kept = cache.frame(key) {
      frame = kept
    } else {
      guard let bytes = try ingest.frame(slot.frame),
        let decoded = try ingest.store.decode(bytes, nil, for: id)
      else { throw .damaged(id) }
      frame = decoded
      cache.keep(decoded, key)
    }
    guard let object = frame.object(id, at: slot.position) else { throw .damaged(id) }
    return object
  }
}
