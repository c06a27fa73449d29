package import FsyncCore

/// A request for objects by their ids, of a client that repairs its store.
package struct Fetch: Hashable, Sendable {
  /// The newest version of the protocol that the client speaks.
  package var version = WireLimits.version
  /// The oldest.
  package var oldest = WireLimits.version
  /// The repository that the objects belong to.
  package var repository: RepositoryID
  /// What is wanted, in rising order, at least one.
  package var ids: [ObjectID]

  /// Makes a request of this version; ids are sorted here.
  package init(repository: RepositoryID, ids: [ObjectID]) {
    self.repository = repository
    self.ids = Set(ids).sorted()
  }

  func encode(to writer: inout ByteWriter) {
    writer.varint(version)
    writer.varint(oldest)
    writer.raw(repository.bytes)
    writer.ids(ids)
  }

  init(reading reader: inout ByteReader) throws(DecodeError) {
    version = try reader.varint()
    oldest = try reader.varint()
    guard oldest >= 1, oldest <= version else { throw .number }
    guard let id = RepositoryID(try reader.raw(RepositoryID.byteCount)) else { throw .truncated }
    repository = id
    ids = try reader.risingIDs(atMost: WireLimits.fetch)
    guard !ids.isEmpty else { throw .notCanonical }
  }
}
