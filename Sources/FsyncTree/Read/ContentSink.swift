package import FsyncCore

/// Where one thread puts the objects of files.
package protocol ContentSink<Failure>: SendableMetatype {
  /// What ends the reading.
  associatedtype Failure: Error

  /// Takes an object and returns its id.
  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Failure) -> ObjectID

  /// Says whether a chunk of this id must still be put; true once only, whichever thread asks.
  func needs(_ id: ObjectID) throws(Failure) -> Bool

  /// Takes a chunk that is needed.
  /// - Parameter earlier: what it is likely an edit of.
  func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(Failure)
}

extension ContentSink {
  /// Takes an object and returns its id.
  func put(_ kind: ObjectKind, _ bytes: [UInt8]) throws(Failure) -> ObjectID {
    // The closure of withUnsafeBytes throws untyped, hence the detour.
    let result: Result<ObjectID, Failure> = bytes.withUnsafeBytes { buffer in
      do throws(Failure) { return .success(try put(kind, buffer)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

/// Finds ids, and keeps nothing.
struct Identifier: ContentSink {
  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Never) -> ObjectID {
    Digest.object(kind, bytes)
  }

  func needs(_ id: ObjectID) throws(Never) -> Bool { false }

  func put(
    _ id: ObjectID, _ chunk: UnsafeRawBufferPointer, like earlier: [ObjectID]
  ) throws(Never) {}
}
