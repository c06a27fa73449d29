import FsyncCore
import FsyncSystem

/// Walks over the frames of a file without its index.
enum PackWalk {
  /// An intact frame.
  enum Found {
    case named(Frame.Summary)
    case cold(ColdFrame)

    /// Bytes of the frame.
    var length: Int {
      switch self {
      case .named(let summary): summary.length
      case .cold(let frame): frame.length
      }
    }
  }

  /// Calls back for each intact frame after the header; damaged bytes are passed over.
  /// - Returns: whether every byte up to `end` belongs to an intact frame.
  @discardableResult
  static func frames(
    of file: borrowing File, path: [UInt8], end: UInt64,
    _ visit: (UInt64, Found) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    var window = BlockWindow(size: end)
    var offset = UInt64(FileHeader.length)
    var isWhole = true
    while offset < end {
      if let found = try frame(of: file, path: path, at: offset, &window) {
        try visit(offset, found)
        offset += UInt64(found.length)
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
  ) throws(StoreError) -> Found? {
    do throws(SystemError) {
      let head = try window.withBytes(of: file, at: offset, count: Frame.headLength) {
        try? Frame.head(of: $0)
      }
      guard let head, let head else { return nil }
      let found = try window.withBytes(of: file, at: offset, count: head.frameLength) {
        bytes -> Found? in
        if head.isCold { return (try? ColdFrame(decoding: bytes)).map { .cold($0) } }
        return (try? Frame.Summary(decoding: bytes)).map { .named($0) }
      }
      return found ?? nil
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
}
