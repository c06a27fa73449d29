import FsyncCore
import FsyncSystem
import Synchronization

/// An open pack: an immutable file of frames with its index.
final class Pack: Sendable {
  let name: [UInt8]
  let path: [UInt8]
  let file: SharedFile
  let index: ObjectIndex
  /// False where the index was made anew in memory, because the one in the file is damaged.
  let isIndexIntact: Bool
  /// Tells this source of frames from all others of the process.
  let source: UInt64
  private let rebuilt = Mutex<Pack?>(nil)

  private init(
    name: [UInt8], path: [UInt8], file: SharedFile, index: ObjectIndex, isIndexIntact: Bool
  ) {
    self.name = name
    self.path = path
    self.file = file
    self.index = index
    self.isIndexIntact = isIndexIntact
    // What an index that was made anew says of frames is not what the one in the file says.
    source = isIndexIntact ? FrameSource.number(named: name, file.file) : FrameSource.next()
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
    let rebuilt = try PackRecovery.index(of: file, path: path, size: size, name: name)
    return Pack(name: name, path: path, file: file, index: rebuilt, isIndexIntact: false)
  }

  /// Looks for an object.
  func find(_ id: ObjectID) -> (slot: Slot, range: Range<UInt64>)? {
    switch index.find(id) {
    case .found(let slot): return index.range(ofFrame: slot.frame).map { (slot, $0) }
    case .absent: return nil
    case .damaged:
      guard let recovered, case .found(let slot) = recovered.index.find(id) else { return nil }
      return recovered.index.range(ofFrame: slot.frame).map { (slot, $0) }
    }
  }

  /// The pack without its own index, of which a part was found to be damaged; nil where that is
  /// not so, or the file cannot be read.
  ///
  /// Made when it is first asked for, at the cost of reading the whole pack.
  var recovered: Pack? {
    guard isIndexIntact, !index.isIntact else { return nil }
    return rebuilt.withLock { pack in
      if let pack { return pack }
      let size = try? file.file.stat().size
      let found = size.flatMap {
        try? PackRecovery.index(of: file, path: path, size: $0, name: name)
      }
      pack = found.map {
        Pack(name: name, path: path, file: file, index: $0, isIndexIntact: false)
      }
      return pack
    }
  }
}
