package import FsyncCore

/// Where one thread's new objects go.
package protocol ObjectSink {
  /// What ends the work.
  associatedtype Failure: Error

  /// Takes an object and returns its id.
  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws(Failure) -> ObjectID

  /// Takes an object and returns its id.
  func put(_ kind: ObjectKind, _ bytes: [UInt8]) throws(Failure) -> ObjectID
}
