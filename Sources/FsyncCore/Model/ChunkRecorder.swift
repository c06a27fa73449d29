/// Passes reads on, and notes which chunks were read: what a merge needs the content of.
package final class ChunkRecorder: ObjectReader {
  private let reader: any ObjectReader
  /// The chunks that were read and are here.
  package private(set) var chunks: Set<ObjectID> = []

  /// Records the reads of a reader.
  package init(_ reader: any ObjectReader) {
    self.reader = reader
  }

  /// Returns an object.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    let object = try reader.object(id)
    if object?.kind == .chunk { chunks.insert(id) }
    return object
  }
}
