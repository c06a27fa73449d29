import FsyncCore
import FsyncSystem

/// The frames of a pack or journal, one after the other, for what copies or checks them.
struct PackContents {
  let file: SharedFile
  let path: [UInt8]
  let ranges: [Range<UInt64>]

  init(_ pack: Pack) {
    file = pack.file
    path = pack.path
    ranges = (0..<pack.index.layout.frames).compactMap { pack.index.range(ofFrame: $0) }
  }

  /// Reads a frame; nil where its bytes are damaged.
  func frame(_ number: Int) throws(StoreError) -> (bytes: [UInt8], summary: Frame.Summary)? {
    let place = Place(
      source: 0, file: file, path: path, range: ranges[number], slot: Slot(packed: 0))
    do throws(ObjectError) {
      guard let bytes = try place.frameBytes(),
        let summary = bytes.withUnsafeBytes({ try? Frame.Summary(decoding: $0) })
      else { return nil }
      return (bytes, summary)
    } catch {
      guard case .system(let code) = error else { throw .object(error) }
      throw .system(SystemError(.read, code: code), file: path)
    }
  }
}
