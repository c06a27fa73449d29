package import FsyncCore
package import FsyncSystem

/// Why the store could not do what it was asked.
package enum StoreError: Error, Hashable, Sendable {
  /// The folder holds no store.
  case absent
  /// The folder holds a store already.
  case present
  /// A file was written by a version of the format that this program does not know.
  case version(file: [UInt8])
  /// A file's bytes are not what its checksums promise.
  case damaged(file: [UInt8])
  /// An object could not be had.
  case object(ObjectError)
  /// An object that the work relied on was dropped meanwhile: the work must start over.
  case gone(ObjectID)
  /// A frame that was handed over is not what it claims to be.
  case frame(FrameError)
  /// A value exceeds what the format can hold.
  case tooLarge
  /// Somebody asked to stop.
  case interrupted
  /// Another process is at work on this name.
  case busy(file: [UInt8])
  /// A system call on a file failed.
  case system(SystemError, file: [UInt8])
}

/// Why a transaction was not made.
package enum TransactionError<Refusal: Error>: Error {
  /// The store failed.
  case store(StoreError)
  /// The transaction's body threw.
  case refused(Refusal)
}

/// Runs system calls on a file, and names it in what they throw.
func naming<Value: ~Copyable>(
  _ file: [UInt8], _ body: () throws(SystemError) -> Value
) throws(StoreError) -> Value {
  do throws(SystemError) { return try body() } catch { throw .system(error, file: file) }
}
