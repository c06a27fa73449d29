package import FsyncCore

/// Why a session could not go on.
///
/// Facts only: the command words them.
package enum WireError: Error, Hashable, Sendable {
  /// The other side does not speak this protocol: what it said first.
  case notFsync([UInt8])
  /// The other side speaks only versions from this one on.
  case version(UInt64)
  /// The other side belongs to another repository.
  case otherRepository(RepositoryID)
  /// A message has no meaning in this state.
  case unexpected(MessageTag)
  /// A message's tag is of no kind in this version.
  case unknownTag(UInt8)
  /// A message claims more bytes than its kind may have.
  case tooLarge(MessageTag)
  /// A message's checksum, which counts messages too, does not match.
  case checksum
  /// The stream ended inside a message, or before the session did.
  case truncated
  /// A message does not decode.
  case malformed(MessageTag, DecodeError)
  /// A frame does not decode or decompress.
  case frame(FrameError)
  /// An object's content is not what its id promises.
  case hash(ObjectID)
  /// An object does not decode, or holds what no honest replica writes.
  case object(ObjectID, DecodeError)
  /// An object is of another kind than its place demands, or of one that is never exchanged.
  case kind(ObjectID)
  /// The other side named what it did not send, not even when asked for it.
  case disconnected(ObjectID)
  /// A commit's number does not rise above its own replica's earlier ones.
  case sequence(ObjectID)
  /// A tree is nested too deeply, or makes paths that are too long.
  case depth(ObjectID)
  /// The other side asked for what is not here.
  case unavailable(ObjectID)
  /// An object of our own could not be had.
  case storage(ObjectError)
  /// A bundle builds on these commits, which are not here.
  case lacksBase([ObjectID])
  /// A bundle does not bring what it would have to, and nobody can be asked for it.
  case incomplete(Need)
  /// The other side gave up and said why.
  case failed(Failure)
}

extension WireError {
  /// Words an error of reading an object that is, or should be, here.
  package init(_ error: ObjectError) {
    switch error {
    case .missing(let id): self = .unavailable(id)
    case .malformed(let id, let reason): self = .object(id, reason)
    case .wrongKind(let id, _, _): self = .kind(id)
    case .damaged, .system: self = .storage(error)
    }
  }
}

/// Runs a body that reads objects, and turns what it throws into a session's error.
func reading<Value>(_ body: () throws(ObjectError) -> Value) throws(WireError) -> Value {
  do throws(ObjectError) { return try body() } catch { throw WireError(error) }
}
