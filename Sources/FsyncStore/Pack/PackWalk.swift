import FsyncCore
import FsyncSystem

/// Walks over the frames of a file without its index.
enum PackWalk {
  /// Calls back for each intact frame after the header; damaged bytes are passed over.
  /// - Returns: whether every byte up to `end` belongs to an intact frame.
  @discardableResult
  static func frames(
    of file: borrowing File, path: [UInt8], end: UInt64,
    _ visit: (UInt64, Frame.Summary) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    var window = BlockWindow(size: end)
    var offset = UInt64(FileHeader.length)
    var isWhole = true
    while offset < end {
      if let summary = try frame(of: file, path: path, at: offset, &window) {
        try visit(offset, summary)
        offset += UInt64(summary.length)
        continue
      }
      isWhole = false
      guard let next = try nextFrame(of: file, path: path, after: offset, &window) else { break }
      offset = next
    }
    return isWhole
  }

  private static func frame(
    of file: borrowing File, path: [UInt8], at offset: UInt64, _ window: inout BlockWindow
  ) throws(StoreError) -> Frame.Summary? {
    do throws(SystemError) {
      let length = try window.withBytes(of: file, at: offset, count: Frame.headLength) {
        try? Frame.head(of: $0).frameLength
      }
      guard let length, let length else { return nil }
      let summary = try window.withBytes(of: file, at: offset, count: length) {
        try? Frame.Summary(decoding: $0)
      }
      return summary ?? nil
    } catch { throw .system(error, file: path) }
  }

  private static func nextFrame(
    of file: borrowing File, path: [UInt8], after start: UInt64, _ window: inout BlockWindow
  ) throws(StoreError) -> UInt64? {
    var offset = start + 1
    do throws(SystemError) {
      while offset < window.size {
        let count = Int(min(window.size - offset, 1 << 18))
        let found = try window.withBytes(of: file, at: offset, count: count) {
          BlockWindow.find(Frame.magic, in: $0)
        }
        guard let found else { return nil }
        if let place = found { return offset + UInt64(place) }
        offset += UInt64(max(1, count - 3))
      }
      return nil
    } catch { throw .system(error, file: path) }
  }

  /// Makes the index of a pack from its frames, in memory.
  static func index(
    of file: borrowing File, path: [UInt8], size: UInt64, name: [UInt8]
  ) throws(StoreError) -> ObjectIndex {
    var builder = IndexBuilder(firstFrameAt: UInt64(FileHeader.length))
    try frames(of: file, path: path, end: size) { offset, summary throws(StoreError) in
      builder.append(
        summary.objects, hasPrefix: !summary.prefix.isEmpty, at: offset, length: summary.length)
    }
    guard let index = ObjectIndex(owning: builder.encoded(at: 0, name: name)) else {
      throw .damaged(file: path)
    }
    return index
  }
}
