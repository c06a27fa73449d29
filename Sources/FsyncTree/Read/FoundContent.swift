package import FsyncCore
package import FsyncSystem

/// What a file or symlink was found to hold.
package struct FoundContent: Hashable, Sendable {
  /// A file or a symlink.
  package let kind: Entry.Kind
  /// The id of its chunk or list.
  package let content: ObjectID
  /// Bytes.
  package let size: UInt64
  /// The stat that vouches for it.
  package let stat: KnownStat

  /// Makes a finding.
  package init(kind: Entry.Kind, content: ObjectID, size: UInt64, stat: KnownStat) {
    self.kind = kind
    self.content = content
    self.size = size
    self.stat = stat
  }

  /// Says whether an entry holds the same.
  package func matches(_ entry: Entry) -> Bool {
    kind == entry.kind && size == entry.size && content == entry.content
  }
}

extension FileReader {
  /// How often a file that changes while it is read is begun.
  static let attempts = 3

  /// Reads a file or symlink and hands over its objects.
  ///
  /// A file that changes meanwhile is begun anew, three times at most: what it handed over
  /// before is not referred to.
  /// - Parameters:
  ///   - kind: what the scan saw.
  ///   - put: stores an object; what it throws ends the reading.
  /// - Returns: what it holds, or why that cannot be known.
  package func content<Failure: Error>(
    of path: Path, _ kind: FileKind, put: ContentBuilder.Put<Failure>
  ) throws(Failure) -> Result<FoundContent, Obstacle> {
    var result: Result<FoundContent, Obstacle> = .failure(.unsteady)
    for _ in 0..<FileReader.attempts {
      result = kind == .symlink ? try link(path, put) : try file(path, put)
      if case .failure(.unsteady) = result { continue }
      break
    }
    return result
  }

  /// Reads a file or symlink to know its content's id, and stores nothing.
  package func identify(_ path: Path, _ kind: FileKind) -> Result<FoundContent, Obstacle> {
    content(of: path, kind) { kind, bytes throws(Never) in Digest.object(kind, bytes) }
  }

  private func link<Failure: Error>(
    _ path: Path, _ put: ContentBuilder.Put<Failure>
  ) throws(Failure) -> Result<FoundContent, Obstacle> {
    let target: [UInt8]
    let stat: KnownStat
    do throws(Obstacle) { (target, stat) = try symlink(path) } catch { return .failure(error) }
    let stored: Result<ObjectID, Failure> = target.withUnsafeBytes { bytes in
      do throws(Failure) { return .success(try put(.chunk, bytes)) } catch {
        return .failure(error)
      }
    }
    return .success(
      FoundContent(
        kind: .symlink, content: try stored.get(), size: UInt64(target.count), stat: stat))
  }

  private func file<Failure: Error>(
    _ path: Path, _ put: ContentBuilder.Put<Failure>
  ) throws(Failure) -> Result<FoundContent, Obstacle> {
    let before: Stat
    do throws(Obstacle) { before = try open(path) } catch { return .failure(error) }
    var builder = ContentBuilder()
    var whole: ObjectID?
    while true {
      let piece: Piece?
      do throws(Obstacle) { piece = try next() } catch { return .failure(error) }
      switch piece {
      case .bytes(let bytes)?:
        if UInt64(bytes.count) == before.size, bytes.count <= Limits.wholeFile {
          // One read has it all: a small file is its own chunk, and needs no copy.
          whole = try put(.chunk, bytes)
        } else {
          try builder.append(bytes, put: put)
        }
        continue
      case .zeros(let count)?:
        try builder.appendZeros(count, put: put)
        continue
      case nil: break
      }
      break
    }
    let stat: KnownStat
    do throws(Obstacle) { stat = try finish() } catch { return .failure(error) }
    let id = if let whole { whole } else { try builder.finish(put: put) }
    return .success(FoundContent(kind: .file, content: id, size: before.size, stat: stat))
  }
}
