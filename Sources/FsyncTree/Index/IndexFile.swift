internal import FsyncCore
package import FsyncSystem

/// The index on disk: a header of 128 bytes, then directories, rows, names, contents and ids of
/// attributes, each section aligned to 8 bytes; all numbers little-endian.
///
/// Two checksums: one over what a scan reads, one over what only a change reads, so that a clean
/// status touches two thirds of the file.
enum IndexFile {
  static let magic = Array("fsyncidx".utf8)
  static let version: UInt32 = 1
  static let headerSize = 128

  struct Header {
    var tree: ObjectID
    var directories: UInt32
    var rows: UInt32
    var names: UInt32
    var attributes: UInt32
    var hot: UInt64
    var cold: UInt64

    var encoded: [UInt8] {
      var writer = ByteWriter(reserving: headerSize)
      writer.raw(magic)
      writer.fixed(version)
      writer.fixed(UInt32(0))
      writer.id(tree)
      writer.fixed(directories)
      writer.fixed(rows)
      writer.fixed(names)
      writer.fixed(attributes)
      writer.fixed(hot)
      writer.fixed(cold)
      writer.raw([UInt8](repeating: 0, count: headerSize - 8 - writer.bytes.count))
      writer.fixed(Checksum.xxh3(writer.bytes))
      return writer.bytes
    }

    init?(decoding bytes: [UInt8]) {
      var reader = ByteReader(bytes)
      do throws(DecodeError) {
        guard bytes.count == headerSize, try reader.raw(8).elementsEqual(magic),
          try reader.fixed(UInt32.self) == version, try reader.fixed(UInt32.self) == 0
        else { return nil }
        tree = try reader.id()
        directories = try reader.fixed()
        rows = try reader.fixed()
        names = try reader.fixed()
        attributes = try reader.fixed()
        hot = try reader.fixed()
        cold = try reader.fixed()
        let padding = try reader.raw(headerSize - 8 - reader.offset)
        let checksum = try reader.fixed(UInt64.self)
        guard padding.allSatisfy({ $0 == 0 }),
          checksum == Checksum.xxh3(bytes[..<(headerSize - 8)])
        else { return nil }
      } catch { return nil }
    }

    init(
      tree: ObjectID, directories: Int, rows: Int, names: Int, attributes: Int, hot: UInt64,
      cold: UInt64
    ) {
      self.tree = tree
      self.directories = UInt32(directories)
      self.rows = UInt32(rows)
      self.names = UInt32(names)
      self.attributes = UInt32(attributes)
      self.hot = hot
      self.cold = cold
    }

    /// Where each section begins, and at last the file's size.
    var offsets: (directories: Int, rows: Int, names: Int, contents: Int, attributes: Int, end: Int)
    {
      let rowsAt = headerSize + Int(directories) * MemoryLayout<IndexDirectory>.stride
      let namesAt = rowsAt + Int(rows) * MemoryLayout<IndexRow>.stride
      let contentsAt = namesAt + (Int(names) + 7) / 8 * 8
      let attributesAt = contentsAt + Int(rows) * MemoryLayout<IndexContent>.stride
      return (
        headerSize, rowsAt, namesAt, contentsAt, attributesAt,
        attributesAt + Int(attributes) * MemoryLayout<StoredID>.stride
      )
    }
  }

  static func hotChecksum(
    _ directories: UnsafeBufferPointer<IndexDirectory>, _ rows: UnsafeBufferPointer<IndexRow>,
    _ names: UnsafeBufferPointer<UInt8>
  ) -> UInt64 {
    let first = Checksum.xxh3(UnsafeRawBufferPointer(directories))
    let second = Checksum.xxh3(UnsafeRawBufferPointer(rows), seed: first)
    return Checksum.xxh3(UnsafeRawBufferPointer(names), seed: second)
  }

  static func contentChecksum(
    _ contents: UnsafeBufferPointer<IndexContent>, _ attributes: UnsafeBufferPointer<StoredID>
  ) -> UInt64 {
    let first = Checksum.xxh3(UnsafeRawBufferPointer(contents))
    return Checksum.xxh3(UnsafeRawBufferPointer(attributes), seed: first)
  }
}

extension Index {
  /// Maps an index that was written; nil where there is none, `damagedIndex` where it is not
  /// whole.
  ///
  /// Either way the index is built again from the base tree.
  package static func open(
    in folder: borrowing Directory, _ name: [UInt8] = Array("index".utf8)
  ) throws(TreeError) -> Index? {
    let map: MappedFile
    let header: IndexFile.Header
    do throws(SystemError) {
      let file = try folder.file(name, .read)
      let size = try file.stat().size
      let bytes = try file.read(IndexFile.headerSize, at: 0)
      guard let decoded = IndexFile.Header(decoding: bytes), size == UInt64(decoded.offsets.end)
      else { throw SystemError(.read, code: 0) }
      header = decoded
      map = try MappedFile(file, length: Int(size))
    } catch {
      if error.isAbsent { return nil }
      throw error.code == 0 ? .damagedIndex : .system(error)
    }
    let at = header.offsets
    let index = Index(
      tree: header.tree,
      directories: map.records(at: at.directories, count: Int(header.directories)),
      rows: map.records(at: at.rows, count: Int(header.rows)),
      names: map.records(at: at.names, count: Int(header.names)),
      contents: map.records(at: at.contents, count: Int(header.rows)),
      attributes: map.records(at: at.attributes, count: Int(header.attributes)),
      owner: map, pending: header.cold)
    guard map.bytes[at.names + Int(header.names)..<at.contents].allSatisfy({ $0 == 0 }),
      IndexFile.hotChecksum(index.directories, index.rows, index.names) == header.hot,
      index.isWellFormed
    else { throw .damagedIndex }
    return index
  }

  /// Writes the index beside its place and renames it in.
  ///
  /// It is not made durable: a torn one is seen by its checksums, and costs a rescan.
  package func write(
    to folder: borrowing Directory, _ name: [UInt8] = Array("index".utf8)
  ) throws(TreeError) {
    let temporary = name + Array(".new".utf8)
    try stage(in: folder, temporary)
    do throws(SystemError) { try folder.rename(temporary, to: folder, name) } catch {
      throw .system(error)
    }
  }

  /// Writes the index under another name, from which a rename takes it to its own.
  package func stage(in folder: borrowing Directory, _ name: [UInt8]) throws(TreeError) {
    let contents = try contents()
    let header = IndexFile.Header(
      tree: tree, directories: directories.count, rows: rows.count, names: names.count,
      attributes: contents.attributes.count,
      hot: IndexFile.hotChecksum(directories, rows, names),
      cold: IndexFile.contentChecksum(contents.records, contents.attributes))
    do throws(SystemError) {
      do throws(SystemError) { try folder.unlink(name) } catch {
        guard error.isAbsent else { throw error }
      }
      let file = try folder.file(name, .create(mode: 0o644))
      try file.write(header.encoded)
      try file.write(UnsafeRawBufferPointer(directories))
      try file.write(UnsafeRawBufferPointer(rows))
      try file.write(UnsafeRawBufferPointer(names))
      try file.write([UInt8](repeating: 0, count: (8 - names.count % 8) % 8))
      try file.write(UnsafeRawBufferPointer(contents.records))
      try file.write(UnsafeRawBufferPointer(contents.attributes))
    } catch {
      try? folder.unlink(name)
      throw .system(error)
    }
  }

  /// Says whether every offset and number is in bounds, directories nest, and names are
  /// terminated and in order: what the rest relies on.
  var isWellFormed: Bool {
    guard let root = directories.first, Int(root.end) == directories.count else { return false }
    var nextRow = 0
    for (number, directory) in directories.enumerated() {
      guard Int(directory.firstRow) == nextRow, directory.rowRange.upperBound <= rows.count,
        Int(directory.end) > number, Int(directory.end) <= directories.count
      else { return false }
      nextRow = directory.rowRange.upperBound
      if number > 0 {
        let parent = Int(directory.parent)
        guard parent < number, directory.end <= directories[parent].end,
          directories[parent].rowRange.contains(Int(directory.row)),
          Int(rows[Int(directory.row)].child) == number
        else { return false }
      }
      guard isOrdered(directory.rowRange, of: number) else { return false }
    }
    return nextRow == rows.count
  }

  private func isOrdered(_ range: Range<Int>, of number: Int) -> Bool {
    var previous = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    for row in range {
      let record = rows[row]
      let end = Int(record.nameOffset) + Int(record.nameLength)
      guard record.nameLength > 0, end < names.count, names[end] == 0,
        1...3 ~= record.kind, record.mode <= 0o777,
        record.isDirectory
          ? Int(record.child) > number && Int(record.child) < directories.count
            && Int(directories[Int(record.child)].row) == row
          : record.child == 0
      else { return false }
      let name = UnsafeBufferPointer(rebasing: names[Int(record.nameOffset)..<end])
      guard Bytes.compare(previous, name) < 0 else { return false }
      previous = name
    }
    return true
  }
}

extension MappedFile {
  /// Views records at an offset that the caller has bounds-checked.
  fileprivate func records<Record: BitwiseCopyable>(
    at offset: Int, count: Int
  ) -> UnsafeBufferPointer<Record> {
    UnsafeRawBufferPointer(
      rebasing: bytes[offset..<offset + count * MemoryLayout<Record>.stride]
    ).assumingMemoryBound(to: Record.self)
  }
}
