package import FsyncCore
import FsyncSystem

/// The files of the commit-graph cache, in `graph` in the store's folder: immutable layers, and
/// `chain`, which names them.
///
/// ```
/// chain   0  8  magic "FSYNCGCH"
///         8  8  serial of the transaction that it was written after
///        16  8  number of layers
///        24     layers × 8: their names, the lowest first
///            8  XXH3 of all of the above
/// ```
/// A layer's file is called by its name in 16 hexadecimal digits. Nothing here is made durable:
/// what a power cut leaves fails its checksum and is made anew.
package struct GraphFiles {
  private let folder: [UInt8]

  private static let folderName = Array("graph".utf8)
  private static let chainName = Array("chain".utf8)
  private static let lockName = Array("graph/lock".utf8)
  private static let magic: UInt64 = 0x4843_4743_4e59_5346  // "FSYNCGCH"
  private static let layersBound = 64

  /// What the chain's file says.
  package struct Chain: Hashable, Sendable {
    /// The serial of the transaction that it was written after.
    package var serial: UInt64
    /// The names of the layers, the lowest first.
    package var names: [UInt64]
  }

  init(_ folder: [UInt8]) {
    self.folder = folder
  }

  private var path: [UInt8] { Layout.path(folder, GraphFiles.folderName) }

  private static func name(_ layer: UInt64) -> [UInt8] {
    let digits = Array(String(layer, radix: 16).utf8)
    return [UInt8](repeating: 0x30, count: 16 - digits.count) + digits
  }

  /// Reads which layers there are; nil where there is no cache, or none that can be read.
  package func chain() -> Chain? {
    guard
      let bytes = try? File(Layout.path(path, GraphFiles.chainName), .readNoFollow)
        .readAll(atMost: 4096), bytes.count >= 32, bytes.count % 8 == 0
    else { return nil }
    let words = bytes.withUnsafeBytes { buffer in
      (0..<bytes.count / 8).map {
        UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
      }
    }
    guard words[0] == GraphFiles.magic, words.last == Checksum.xxh3(bytes.dropLast(8)),
      words[2] == UInt64(words.count - 4)
    else { return nil }
    return Chain(serial: words[1], names: Array(words[3..<words.count - 1]))
  }

  /// Opens the cache; nil where there is none, or none that is sound.
  package func open(repository: RepositoryID?) -> GraphChain? {
    // Who reads while layers are merged may find one gone; the next chain has it.
    for _ in 0..<2 {
      guard let chain = chain() else { return nil }
      guard let opened = open(chain.names, repository: repository) else { continue }
      return opened
    }
    return nil
  }

  /// Opens layers, the lowest first; nil where one is gone or not sound.
  package func open(_ names: [UInt64], repository: RepositoryID?) -> GraphChain? {
    let files = names.compactMap(map)
    guard files.count == names.count, let opened = GraphChain(files, repository: repository),
      opened.names == names
    else { return nil }
    return opened
  }

  private func map(_ layer: UInt64) -> (bytes: UnsafeRawBufferPointer, owner: AnyObject)? {
    guard
      let file = try? File(Layout.path(path, GraphFiles.name(layer)), .readNoFollow),
      let size = try? file.stat().size, size <= UInt64(Int.max),
      let mapped = try? MappedFile(file, length: Int(size))
    else { return nil }
    return (mapped.bytes, mapped)
  }

  /// Writes a new layer, which nothing names yet.
  /// - Returns: false where another process is about the cache.
  package func add(_ extended: GraphExtension) throws(StoreError) -> Bool {
    try locked { directory throws(SystemError) in
      try write(extended.parts, to: GraphFiles.name(extended.name), in: directory)
      return true
    }
  }

  /// Writes the chain of some layers, and removes all other layers.
  /// - Parameter known: the names of the layers that the chain is to replace.
  /// - Returns: false where another process is about it, or has written another chain.
  package func publish(
    _ names: [UInt64], over known: [UInt64], serial: UInt64
  ) throws(StoreError) -> Bool {
    try locked { directory throws(SystemError) in
      let found = chain()?.names ?? []
      // A chain that could not be opened is replaced by whoever starts anew.
      guard found == known || known.isEmpty else { return false }
      // Another process may have removed what it did not know.
      for name in names { _ = try directory.stat(GraphFiles.name(name)) }
      try AtomicFile.write(
        encode(Chain(serial: serial, names: names)), to: GraphFiles.chainName, in: directory,
        durably: false)
      let kept = Set(names.map(GraphFiles.name) + [GraphFiles.chainName, Array("lock".utf8)])
      for name in try directory.names() where !kept.contains(name) { try directory.unlink(name) }
      return true
    }
  }

  private func locked(
    _ body: (borrowing Directory) throws(SystemError) -> Bool
  ) throws(StoreError) -> Bool {
    try naming(path) { () throws(SystemError) in
      do throws(SystemError) {
        try Directory(folder).makeDirectory(GraphFiles.folderName, mode: 0o755)
      } catch { if !error.isPresent { throw error } }
      let lock = try LockFile.acquire(Layout.path(folder, GraphFiles.lockName), waiting: 0)
      guard let lock else { return false }
      defer { _ = lock }
      return try body(try Directory(path))
    }
  }

  private func write(
    _ parts: [[UInt8]], to name: [UInt8], in directory: borrowing Directory
  ) throws(SystemError) {
    let temporary = name + Layout.temporarySuffix
    do throws(SystemError) { try directory.unlink(temporary) } catch {
      if !error.isAbsent { throw error }
    }
    let file = try directory.file(temporary, .create(mode: 0o644))
    var offset: UInt64 = 0
    for part in parts where !part.isEmpty {
      try file.write(part, at: offset)
      offset += UInt64(part.count)
    }
    // A mapped file never shrinks: it is complete before it has its name, and never written again.
    try directory.rename(temporary, to: directory, name)
  }

  private func encode(_ chain: Chain) -> [UInt8] {
    var writer = ByteWriter()
    writer.fixed(GraphFiles.magic)
    writer.fixed(chain.serial)
    writer.fixed(UInt64(chain.names.count))
    for name in chain.names { writer.fixed(name) }
    writer.fixed(Checksum.xxh3(writer.bytes))
    return writer.bytes
  }
}

extension Store {
  /// The files of the commit-graph cache.
  package var graphFiles: GraphFiles { GraphFiles(folder) }
}
