package import FsyncCore
import FsyncSystem
import Synchronization

extension Quarantine {
  /// Verifies a frame as a peer sent it, every object's hash included, and keeps it.
  /// - Returns: the objects of the frame.
  @discardableResult
  package func append(_ bytes: [UInt8]) throws(StoreError) -> [FrameObject] {
    let frame: Frame
    do throws(FrameError) {
      frame = try bytes.withUnsafeBytes { buffer -> Result<Frame, FrameError> in
        do throws(FrameError) { return .success(try Frame(decoding: buffer)) } catch {
          return .failure(error)
        }
      }.get()
    } catch { throw .frame(error) }
    let content: [UInt8]
    do throws(ObjectError) { content = try self.content(of: frame, isNew: true) } catch {
      throw .object(error)
    }
    for (object, range) in zip(frame.objects, frame.ranges) {
      let id = content.withUnsafeBytes {
        Digest.object(object.kind, UnsafeRawBufferPointer(rebasing: $0[range]))
      }
      guard id == object.id else { throw .object(.damaged(object.id)) }
    }
    // What the sender may have appended to its frame is not kept.
    let length = bytes.withUnsafeBytes { try? Frame.head(of: $0).frameLength } ?? bytes.count
    try append(
      verified: frame, content: content,
      encoded: length == bytes.count ? bytes : Array(bytes[..<length]))
    return frame.objects
  }

  /// Keeps a frame of which a session has hashed every object.
  ///
  /// A frame whose prefix is not stored whole here, or lies in the frame too, is compressed again
  /// without one.
  /// - Parameters:
  ///   - content: the bytes of all objects, one after the other.
  ///   - bytes: the frame as it came, and nothing more.
  package func append(
    verified frame: Frame, content: [UInt8], encoded bytes: [UInt8]
  ) throws(StoreError) {
    try keep(frame, content: content, encoded: bytes)
    for (object, range) in zip(frame.objects, frame.ranges) where object.kind == .list {
      lists.withLock { $0.keep(object.id, content[range]) }
    }
  }

  private func keep(
    _ frame: Frame, content: [UInt8], encoded bytes: [UInt8]
  ) throws(StoreError) {
    let carriesPrefix = frame.objects.contains { frame.prefix.contains($0.id) }
    guard carriesPrefix || !frame.prefix.allSatisfy(isWhole) else {
      return try keep(
        EncodedFrame(bytes: bytes, objects: frame.objects, hasPrefix: !frame.prefix.isEmpty))
    }
    let encoder = FrameEncoder(.standard)
    content.withUnsafeBytes { buffer in
      for (object, range) in zip(frame.objects, frame.ranges) {
        encoder.add(
          object.id, object.kind, UnsafeRawBufferPointer(rebasing: buffer[range]))
      }
    }
    try keep(EncodedFrame(encoder.finish()))
  }

  private func keep(_ frame: EncodedFrame) throws(StoreError) {
    let state = state.withLock { $0 }
    guard !state.hasFailed, !state.isClosed else { throw .damaged(file: path) }
    let end = state.end + UInt64(frame.bytes.count)
    do throws(SystemError) {
      try file.file.write(frame.bytes, at: state.end)
      let isDue = end - state.begun >= Quarantine.step
      if isDue { try behind.begin(state.begun..<end) }
      self.state.withLock {
        $0.end = end
        if isDue { $0.begun = end }
        $0.objects += frame.objects.count
      }
    } catch {
      self.state.withLock { $0.hasFailed = true }
      throw .system(error, file: path)
    }
    frames.add([
      PlacedFrame(
        offset: state.end, length: frame.bytes.count, objects: frame.objects,
        hasPrefix: frame.hasPrefix)
    ])
  }

  /// Removes what arrived.
  package func drop() throws(StoreError) {
    let isClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    if isClosed { return }
    do throws(SystemError) {
      try Directory(Layout.path(store.folder, Layout.quarantine)).unlink(fileName)
    } catch { if !error.isAbsent { throw .system(error, file: path) } }
  }
}
