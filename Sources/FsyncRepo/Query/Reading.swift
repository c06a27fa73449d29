package import FsyncCore

/// Runs a body that reads objects, as part of a repository's work.
func readingObjects<Value>(
  _ body: () throws(ObjectError) -> Value
) throws(RepositoryError) -> Value {
  do { return try body() } catch { throw .object(error) }
}

/// Objects of two readers: what the first does not have, the second may.
package struct PairReader: ObjectReader {
  private let first: any ObjectReader
  private let second: any ObjectReader

  /// Joins two readers.
  package init(_ first: any ObjectReader, _ second: any ObjectReader) {
    self.first = first
    self.second = second
  }

  /// Returns the object with this id from whichever has it.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    if let object = try first.object(id) { return object }
    return try second.object(id)
  }
}
