import FsyncCore
import FsyncSystem

/// An open pack: an immutable file of frames with its index.
final class Pack: Sendable {
  let name: [UInt8]
  let path: [UInt8]
  let file: SharedFile
  let index: ObjectIndex
  /// False where the index was made anew in memory, because the one in the file is damaged.
  let isIndexIntact: Bool
  /// Tells this source of frames from all others of the process.
  let source = FrameSource.next()

  private init(
    name: [UInt8], path: [UInt8], file: SharedFile, index: ObjectIndex, isIndexIntact: Bool
  ) {
    self.name = name
    self.path = path
    self.file = file
    self.index = index
    self.isIndexIntact = isIndexIntact
  }

  /// Opens a pack; one whose index is damaged is walked instead, at the cost of reading it.
  static func open(
    _ name: [UInt8], in folder: [UInt8]
  ) throws(StoreError) -> Pack {
    let path = Layout.path(folder, Layout.packs, Layout.pack(name))
    let file = SharedFile(
      try naming(path) { () throws(SystemError) in try File(path, .readNoFollow) })
    let header = try? FileHeader(.pack, of: file.file, path: path)
    if let header, header.name != name { throw .damaged(file: path) }
    let size = try naming(path) { () throws(SystemError) in try file.file.stat().size }
    let index = try naming(path) { () throws(SystemError) in
      try ObjectIndex(file.file, size: size)
    }
    if header != nil, let index, index.layout.name == name {
      return Pack(name: name, path: path, file: file, index: index, isIndexIntact: true)
    }
    let rebuilt = try PackWalk.index(of: file.file, path: path, size: size, name: name)
    return Pack(name: name, path: path, file: file, index: rebuilt, isIndexIntact: false)
  }

  /// Looks for an object.
  func find(_ id: ObjectID) -> (slot: Slot, range: Range<UInt64>)? {
    guard case .found(let slot) = index.find(id), let range = index.range(ofFrame: slot.frame)
    else { return nil }
    return (slot, range)
  }
}
