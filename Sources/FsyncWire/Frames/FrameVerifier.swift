package import FsyncCore

/// A frame whose every object has been hashed and decoded.
package struct VerifiedFrame: Sendable {
  /// The frame.
  package let frame: Frame
  /// The bytes of all objects, one after the other.
  package let content: [UInt8]

  /// Returns the objects with their bytes.
  package func forEach<Failure: Error>(
    _ body: (FrameObject, UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let ranges = frame.ranges
    let result: Result<Void, Failure> = content.withUnsafeBytes { buffer in
      do throws(Failure) {
        for (object, range) in zip(frame.objects, ranges) {
          try body(object, UnsafeRawBufferPointer(rebasing: buffer[range]))
        }
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }
}

/// Takes frames of a peer apart and believes nothing of them.
package enum FrameVerifier {
  /// What became of a frame.
  package enum Result: Sendable {
    /// It is what it claims to be.
    case verified(VerifiedFrame)
    /// It names a prefix that is not here; its objects must be asked for.
    case lacking(prefix: ObjectID, objects: [FrameObject])
  }

  /// Decodes, decompresses and hashes a frame, and decodes what it holds.
  package static func verify(
    _ bytes: [UInt8], reader: any ObjectReader
  ) throws(WireError) -> Result {
    let frame = try framing { () throws(FrameError) in
      // A message holds one frame and nothing more.
      let head = try bytes.withFrameBytes { buffer throws(FrameError) in
        try Frame.head(of: buffer)
      }
      guard head.frameLength == bytes.count else { throw .truncated }
      return try bytes.withFrameBytes { buffer throws(FrameError) in
        try Frame(decoding: buffer)
      }
    }
    for object in frame.objects {
      guard object.kind != .operation, object.kind != .absences else { throw .kind(object.id) }
      guard object.kind != .chunk || object.length <= Limits.chunk else {
        throw .object(object.id, .tooLarge)
      }
    }
    var prefix: [UInt8] = []
    for id in frame.prefix {
      guard let object = try reading({ () throws(ObjectError) in try reader.object(id) }) else {
        return .lacking(prefix: id, objects: frame.objects)
      }
      guard prefix.count + object.bytes.count <= Limits.prefix else { throw .frame(.tooLarge) }
      prefix.append(contentsOf: object.bytes)
    }
    let content = try framing { () throws(FrameError) in try frame.content(prefixBytes: prefix) }
    let verified = VerifiedFrame(frame: frame, content: content)
    try verified.forEach { (object, buffer) throws(WireError) in
      guard Digest.object(object.kind, buffer) == object.id else { throw .hash(object.id) }
      guard object.kind != .chunk else { return }
      do throws(DecodeError) { try decode(object.kind, Array(buffer)) } catch {
        throw .object(object.id, error)
      }
    }
    return .verified(verified)
  }

  private static func decode(_ kind: ObjectKind, _ bytes: [UInt8]) throws(DecodeError) {
    switch kind {
    case .chunk, .operation, .absences: break
    case .list: _ = try ListNode(decoding: bytes)
    case .tree: _ = try TreeNode(decoding: bytes)
    case .commit: _ = try Commit(decoding: bytes)
    case .renames: _ = try RenameRecords(decoding: bytes)
    case .conflicts: _ = try ConflictTable(decoding: bytes)
    }
  }

  private static func framing<Value>(
    _ body: () throws(FrameError) -> Value
  ) throws(WireError) -> Value {
    do throws(FrameError) { return try body() } catch { throw .frame(error) }
  }
}

extension [UInt8] {
  fileprivate func withFrameBytes<Value>(
    _ body: (UnsafeRawBufferPointer) throws(FrameError) -> Value
  ) throws(FrameError) -> Value {
    let result: Result<Value, FrameError> = withUnsafeBytes { buffer in
      do throws(FrameError) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
