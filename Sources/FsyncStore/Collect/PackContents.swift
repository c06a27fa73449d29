import FsyncCore
import FsyncSystem

/// The frames of a pack or journal, one after the other, for what copies or checks them.
struct PackContents {
  let file: SharedFile
  let path: [UInt8]
  let ranges: [Range<UInt64>]
  private let index: ObjectIndex

  init(_ pack: Pack) {
    file = pack.file
    path = pack.path
    index = pack.index
    ranges = (0..<pack.index.layout.frames).compactMap { pack.index.range(ofFrame: $0) }
  }

  /// Reads what is in a frame, and its length; nil where its bytes are damaged.
  func objects(_ number: Int) throws(StoreError) -> (objects: [FrameObject], length: Int)? {
    guard let first = index.ordinals(ofFrame: number)?.lowerBound, index.isCold(frame: number)
    else { return try frame(number).map { ($0.summary.objects, $0.bytes.count) } }
    guard let bytes = try bytes(number),
      let frame = bytes.withUnsafeBytes({ try? ColdFrame(decoding: $0) })
    else { return nil }
    var objects: [FrameObject] = []
    for (position, length) in frame.lengths.enumerated() {
      guard let id = index.id(ofObject: first + position) else { continue }
      objects.append(FrameObject(id: id, kind: frame.kind, length: length))
    }
    return (objects, bytes.count)
  }

  /// Reads a frame that is not a cold one; nil where its bytes are damaged.
  func frame(_ number: Int) throws(StoreError) -> (bytes: [UInt8], summary: Frame.Summary)? {
    guard let bytes = try bytes(number),
      let summary = bytes.withUnsafeBytes({ try? Frame.Summary(decoding: $0) })
    else { return nil }
    return (bytes, summary)
  }

  private func bytes(_ number: Int) throws(StoreError) -> [UInt8]? {
    let place = Place(
      source: 0, file: file, path: path, range: ranges[number], slot: Slot(packed: 0))
    do throws(ObjectError) {
      return try place.frameBytes()
    } catch {
      guard case .system(let code) = error else { throw .object(error) }
      throw .system(SystemError(.read, code: code), file: path)
    }
  }
}
