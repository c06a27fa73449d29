package import FsyncCore
import FsyncSystem
import Synchronization

extension Quarantine {
  /// Verifies a frame as a peer sent it, every object's hash included, and keeps it.
  ///
  /// A frame whose prefix is not stored whole here, or lies in the frame too, is compressed again
  /// without one. Each megabyte that arrived is made durable.
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
    let decoded: DecodedFrame
    do throws(ObjectError) { decoded = try decode(frame, isNew: true) } catch {
      throw .object(error)
    }
    for (position, object) in frame.objects.enumerated() {
      guard let stored = decoded.object(object.id, at: position), stored.id == object.id else {
        throw .object(.damaged(object.id))
      }
    }
    let carriesPrefix = frame.objects.contains { frame.prefix.contains($0.id) }
    guard !carriesPrefix, frame.prefix.allSatisfy(isWhole) else {
      let encoder = FrameEncoder(.standard)
      for (position, object) in frame.objects.enumerated() {
        guard let stored = decoded.object(object.id, at: position) else { continue }
        encoder.add(object.id, object.kind, stored.bytes)
      }
      try keep(EncodedFrame(encoder.finish()))
      return frame.objects
    }
    // What the sender may have appended to its frame is not kept.
    let length = bytes.withUnsafeBytes { try? Frame.head(of: $0).frameLength } ?? bytes.count
    try keep(
      EncodedFrame(
        bytes: length == bytes.count ? bytes : Array(bytes[..<length]), objects: frame.objects,
        hasPrefix: !frame.prefix.isEmpty))
    return frame.objects
  }

  private func keep(_ frame: EncodedFrame) throws(StoreError) {
    let state = state.withLock { $0 }
    guard !state.hasFailed, !state.isClosed else { throw .damaged(file: path) }
    let end = state.end + UInt64(frame.bytes.count)
    do throws(SystemError) {
      try file.file.write(frame.bytes, at: state.end)
      let isDue = end - state.durable >= Quarantine.acknowledgedEvery
      if isDue { try file.file.syncData() }
      self.state.withLock {
        $0.end = end
        if isDue { $0.durable = end }
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
