internal import FsyncCore
internal import FsyncSystem

/// Writes a file's content from its objects, verified, with holes for what is zero.
struct ContentWriter {
  let reader: any ObjectReader & Sendable

  /// A zero block of this size, at a multiple of it, is left out.
  static let block = 32 << 10

  /// Writes an entry's content to an empty file.
  func write(_ entry: Entry, to file: borrowing File) throws(StagingError) {
    if entry.contentKind == .chunk {
      let bytes = try chunk(entry.content, length: Int(entry.size))
      return try StagingError.system { () throws(SystemError) in try file.write(bytes) }
    }
    // The size first: one that the file system cannot hold is refused before anything is read.
    try StagingError.system { () throws(SystemError) in try file.truncate(to: entry.size) }
    var offset: UInt64 = 0
    var failure: StagingError?
    do throws(ObjectError) {
      try reader.forEachChunk(of: entry) { id, length, repeats throws(ObjectError) in
        do throws(StagingError) {
          let bytes = try chunk(id, length: length)
          if bytes.isZero(0..<bytes.count) {
            offset += UInt64(length) * repeats
            return
          }
          for _ in 0..<repeats {
            try write(bytes, at: offset, to: file)
            offset += UInt64(length)
          }
        } catch {
          failure = error
          throw .missing(id)
        }
      }
    } catch { throw failure ?? .object(error) }
  }

  /// Reads a symlink's target.
  func target(_ entry: Entry) throws(StagingError) -> [UInt8] {
    try chunk(entry.content, length: Int(clamping: entry.size))
  }

  private func chunk(_ id: ObjectID, length: Int) throws(StagingError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(ObjectError) { bytes = try reader.bytes(id, .chunk) } catch { throw .object(error) }
    guard bytes.count == length, Digest.object(.chunk, bytes) == id else {
      throw .object(.damaged(id))
    }
    return bytes
  }

  /// Writes bytes but for blocks of zeros, which the new file already has there.
  private func write(
    _ bytes: [UInt8], at offset: UInt64, to file: borrowing File
  ) throws(StagingError) {
    for run in ContentWriter.dataRuns(bytes, at: offset) {
      let part = run.count == bytes.count ? bytes : Array(bytes[run])
      try StagingError.system { () throws(SystemError) in
        try file.write(part, at: offset + UInt64(run.lowerBound))
      }
    }
  }

  /// The ranges of bytes that are not whole zero blocks of the file.
  static func dataRuns(_ bytes: [UInt8], at offset: UInt64) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      let toBoundary = block - Int(offset % UInt64(block) + UInt64(start)) % block
      let end = min(start + toBoundary, bytes.count)
      let isHole = end - start == block && bytes.isZero(start..<end)
      if !isHole {
        if let last = runs.last, last.upperBound == start {
          runs[runs.count - 1] = last.lowerBound..<end
        } else {
          runs.append(start..<end)
        }
      }
      start = end
    }
    return runs
  }
}

extension [UInt8] {
  /// Says whether a range holds nothing but zeros.
  fileprivate func isZero(_ range: Range<Int>) -> Bool {
    withUnsafeBytes { bytes in
      var index = range.lowerBound
      while index + 8 <= range.upperBound {
        if bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) != 0 { return false }
        index += 8
      }
      while index < range.upperBound {
        if bytes[index] != 0 { return false }
        index += 1
      }
      return true
    }
  }
}
